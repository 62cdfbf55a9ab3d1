"""Lists of JSON numbers as arrays: at the speed of C where all is well, one by one where not."""

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

LARGEST_STEP = 2**53 - 1
# Times outside are not believed: 2000-01-01, and two days after receipt.
EARLIEST = 946_684_800.0
AHEAD_SECONDS = 48 * 3600.0

_INTEGERS = frozenset((int,))
_NUMBERS = frozenset((int, float))


class Clock:
    """The time of receipt, and whether times that cannot be true were met."""

    def __init__(self, received: float) -> None:
        self.received = received
        self.skewed = False

    def plausible(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """`times`, with the time of receipt in place of those that cannot be true."""
        wrong = (times < EARLIEST) | (times > self.received + AHEAD_SECONDS)
        if not wrong.any():
            return times
        self.skewed = True
        return np.where(wrong, self.received, times)

    def plausible_one(self, time: float) -> float | None:
        """`time`; None when it cannot be true."""
        if EARLIEST <= time <= self.received + AHEAD_SECONDS:
            return time
        self.skewed = True
        return None


def is_whole(value: Any, largest: int) -> TypeGuard[int]:
    """Whether `value` is an integer (no truth value, no 1.0) from 0 to `largest`."""
    return type(value) is int and 0 <= value <= largest


def is_number(value: Any) -> bool:
    """Whether `value` is a JSON number."""
    return type(value) in _NUMBERS


def integers(values: list[Any]) -> tuple[NDArray[np.int64], Sequence[int]]:
    """Steps as an array, and the indexes of those that are none (0 stands there)."""
    if _INTEGERS.issuperset(map(type, values)):
        try:
            array = np.array(values, dtype=np.int64)
        except OverflowError:
            pass
        else:
            if not len(array) or (array.min() >= 0 and array.max() <= LARGEST_STEP):
                return array, ()
    bad = [index for index, value in enumerate(values) if not is_whole(value, LARGEST_STEP)]
    return _replaced(values, bad, 0).astype(np.int64), bad


def floats(values: list[Any]) -> tuple[NDArray[np.float64], Sequence[int]]:
    """Numbers as an array, and the indexes of those that are none (0 stands there)."""
    if _NUMBERS.issuperset(map(type, values)):
        return np.array(values, dtype=np.float64), ()
    bad = [index for index, value in enumerate(values) if not is_number(value)]
    return _replaced(values, bad, 0.0).astype(np.float64), bad


def _replaced(values: list[Any], bad: Sequence[int], stand_in: float) -> NDArray[Any]:
    kept = list(values)
    for index in bad:
        kept[index] = stand_in
    return np.array(kept)
