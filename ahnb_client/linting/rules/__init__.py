"""The rules, a module for each subject. `load` puts them into `rule.RULES`."""

from importlib import import_module

MODULES: tuple[str, ...] = (
    # of model, arguments and data
    "outputs",
    "losses",
    "labels",
    "shapes",
    "data",
    "order",
    "recurrent",
    "activations",
    "normalizing",
    "initial",
    "learning_rate",
    "precision",
    "metrics",
    "fitting",
    "watching",
    # of what the training did
    "start",
    "divergence",
    "progress",
    "overfitting",
    "updates",
    "timing",
    "waste",
    "repeating",
)


def load() -> None:
    """Import every module of rules; a second call costs next to nothing."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
