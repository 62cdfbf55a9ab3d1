"""How much of large data is looked at, and which part."""

from typing import Any

DEVICE_BYTES = 64 << 20  # tensors beyond this are left where they are


def places(length: int, most: int) -> Any:
    """Evenly spaced indices, the first and the last among them; all where these are few."""
    import numpy

    if length <= most:
        return slice(None)
    return numpy.linspace(0, length - 1, most).astype("int64")
