"""Which direction of a metric is the better one, where nobody says it."""

_HIGHER = ("acc", "auc", "precision", "recall", "f1", "iou", "dice", "r2")


def mode_of(metric: str) -> str:
    """Return ``"max"`` for what is better when it is greater, by its name; else ``"min"``."""
    return "max" if any(word in metric.lower() for word in _HIGHER) else "min"


def objective_of(monitor: str, mode: str) -> dict[str, str]:
    """Return `{metric, mode}` of a callback's arguments; "auto" decides by the name."""
    return {"metric": monitor, "mode": mode_of(monitor) if mode == "auto" else mode}
