"""One parameter of many runs as a few levels: the values it takes, or bins of as many runs each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ahnb_platform.web.formats import given

from ..params import number_of, text_of

MOST_LEVELS = 6
# So many runs should share a level, or its mean says nothing.
RUNS_A_LEVEL = 5
NOT_SET = "not set"
OTHER = "other"
Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Binned:
    """A parameter as levels.

    Attributes:
        codes: the level of each run, an index into `labels`.
        numbers: the values themselves, NaN where there is none; None for categories.
    """

    name: str
    codes: Codes
    labels: list[str]
    numbers: Floats | None

    @property
    def partition(self) -> bytes:
        """How the levels divide the runs, whatever they are called."""
        _, first, codes = np.unique(self.codes, return_index=True, return_inverse=True)
        order = np.argsort(np.argsort(first))
        return order[codes].tobytes()

    def name_of(self, level: int) -> str:
        """The level for a sentence; of a bin the middle of what lies in it."""
        if self.numbers is None:
            return self.labels[level]
        held = self.numbers[self.codes == level]
        if np.isnan(held[0]) or held.min() == held.max():
            return self.labels[level]
        # Of an even number the upper one: the mean of two may be no float at all.
        middle = np.sort(held)[len(held) // 2]
        return f"near {given(float(f'{middle:.2g}'))}"


def most_levels(runs: int) -> int:
    """Into how many levels a parameter of so many runs may be cut, 2 to `MOST_LEVELS`."""
    return min(MOST_LEVELS, max(2, runs // RUNS_A_LEVEL))


def binned(name: str, values: Sequence[Any]) -> Binned | None:
    """The levels of a parameter; None where nearly every run has a text of its own."""
    numbers = [None if value is None else number_of(value) for value in values]
    known = sum(number is not None for number in numbers)
    if known and known == sum(value is not None for value in values):
        floats = np.array([np.nan if number is None else number for number in numbers])
        return _numeric(name, floats, most_levels(len(values)))
    texts = [NOT_SET if value is None else text_of(value) for value in values]
    return _categorical(name, texts, most_levels(len(values)))


def _numeric(name: str, numbers: Floats, most: int) -> Binned:
    known = numbers[~np.isnan(numbers)]
    distinct = np.unique(known)
    if len(distinct) <= most:
        codes = np.searchsorted(distinct, numbers)
    else:
        inner = np.quantile(known, np.linspace(0, 1, most + 1)[1:-1])
        codes = np.searchsorted(np.unique(inner), numbers, side="right")
    codes[np.isnan(numbers)] = len(distinct) + 1
    levels, codes = np.unique(codes, return_inverse=True)
    labels = [_span(numbers[codes == place]) for place in range(len(levels))]
    return Binned(name, codes.astype(np.intp), labels, numbers)


def _span(numbers: Floats) -> str:
    low, high = numbers.min(), numbers.max()
    if np.isnan(low):
        return NOT_SET
    return given(float(low)) if low == high else f"{short(low)} to {short(high)}"


def short(number: float) -> str:
    """Three digits are enough to name the end of a bin."""
    return given(float(f"{number:.3g}"))


def _categorical(name: str, texts: list[str], most: int) -> Binned | None:
    counts = Counter(texts)
    if len(counts) > max(most, len(texts) // 2):
        return None
    kept = [text for text, _ in counts.most_common(most if len(counts) <= most else most - 1)]
    labels = [*kept, OTHER] if len(counts) > len(kept) else kept
    place = {text: index for index, text in enumerate(kept)}
    codes = np.array([place.get(text, len(kept)) for text in texts], np.intp)
    return Binned(name, codes, labels, None)
