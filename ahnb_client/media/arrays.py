"""Arrays of any back end."""

from typing import Any


def host(values: Any) -> Any:
    """An array of any back end where NumPy can read it."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return values
