"""Which direction of a metric is the better one, where nobody says it."""

_HIGHER = ("acc", "auc", "precision", "recall", "f1", "iou", "dice", "r2")


def mode_of(metric: str) -> str:
    """Return ``"max"`` for what is better when it is greater, by its name; else ``"min"``."""
    return "max" if any(word in metric.lower() for word in _HIGHER) else "min"
