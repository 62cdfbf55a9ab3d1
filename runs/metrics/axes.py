"""Work on x and times that is done once for all metrics which share them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numpy.typing import NDArray

Made = TypeVar("Made")


class Axes:
    """What was made of arrays, by where these lie in memory; kept for as long as one fold takes.

    The arrays are kept, too: while they are, nothing else can lie where they do. They must not
    be changed.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], tuple[tuple[NDArray[Any], ...], Any]] = {}

    def of(self, make: Callable[..., Made], *arrays: NDArray[Any], option: Any = None) -> Made:
        """`make(*arrays)`, or what it gave before; `option` is a last argument that is no array."""
        places = [
            (array.__array_interface__["data"][0], array.strides, len(array)) for array in arrays
        ]
        key = (make, option, *places)
        if key not in self._made:
            made = make(*arrays) if option is None else make(*arrays, option)
            self._made[key] = (arrays, made)
        return self._made[key][1]
