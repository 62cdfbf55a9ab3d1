"""What an attempt replaces: summaries worked out anew from the points that still count.

Summaries are brought up to date batch by batch. An attempt that goes back takes points away, and
the extremes may have been among them: then they are read from the trees and the tail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .covering import Stretch
from .reading import series_locked
from .records import TIME, Place, Series
from .sql import Cursor
from .state import UNSEEN, RunState

POINTS = 2000
METRICS_AT_ONCE = 50
WHOLE: Stretch = (None, None)
Values = NDArray[np.float64]


@dataclass
class Search:
    """One value of a metric that is looked for, and where it lies as far as is known.

    Attributes:
        number: of the metric.
        sought: "first" or "last", the outermost finite value, "low" or "high", the extremes.
        found: what was read of `stretch`.
    """

    number: int
    sought: str
    found: Series
    stretch: Stretch = WHOLE


def recount(cursor: Cursor, place: Place, state: RunState) -> None:
    """Work out the summaries of all metrics but those over time, which nothing replaces.

    How many points came, and how many of them are not finite, stays as it is. `last` is that of
    the newest attempt where it has points. The caller holds the run's lock.
    """
    held = [n for n, row in enumerate(state.metrics) if row["unit"] != TIME and row["count"]]
    for numbers in _parts(held):
        whole = _read(cursor, place, state, [(number, WHOLE) for number in numbers])
        searches = []
        for number, found in zip(numbers, whole, strict=True):
            searches += _begun(state, number, found)
        while searches := [one for one in searches if not _settled(state, one)]:
            asked = [(one.number, one.stretch) for one in searches]
            for one, found in zip(searches, _read(cursor, place, state, asked), strict=True):
                one.found = found


def _parts(numbers: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(numbers), METRICS_AT_ONCE):
        yield numbers[start : start + METRICS_AT_ONCE]


def _read(
    cursor: Cursor, place: Place, state: RunState, asked: list[tuple[int, Stretch]]
) -> list[Series]:
    named = [(state.names[number], stretch) for number, stretch in asked]
    return series_locked(cursor, place, state, named, POINTS)


def _begun(state: RunState, number: int, whole: Series) -> list[Search]:
    """What is to be looked for in a metric; one without a finite value that counts has nothing."""
    row = state.metrics[number]
    if not _has_finite(whole):
        kept = {field: row[field] for field in ("count", "nonfinite", "unit")}
        state.metrics[number] = UNSEEN
        for field, value in kept.items():
            state.metrics[number][field] = value
        return []
    is_of_newest = row["last_attempt"] == max(state.attempts)
    # Where nothing counted before, something does again: an attempt turned out to begin later.
    row["last_attempt"] = max(row["last_attempt"], 0)
    sought = ("low", "high", "first") if is_of_newest else ("low", "high", "first", "last")
    return [Search(number, name, whole) for name in sought]


def _settled(state: RunState, one: Search) -> bool:
    """Whether the value is known, and then written; else the entry that holds it is next."""
    outermost = {"first": one.found.first, "last": one.found.last}.get(one.sought)
    if outermost is not None and not isinstance(outermost[1], str):
        _put(state, one, outermost[1], outermost[0])
        return True
    if not _has_finite(one.found):
        return True  # the entry that it lies in was written
    low, high = _values(one.found.low), _values(one.found.high)
    at = _entry(one.sought, low, high)
    _put(state, one, high[at] if one.sought == "high" else low[at], one.found.x[at])
    inside = _inside(one.found, at, one.stretch)
    if one.found.exact or inside == one.stretch:
        return True
    one.stretch = inside
    return False


def _put(state: RunState, one: Search, value: float, x: float) -> None:
    row = state.metrics[one.number]
    row[one.sought], row[f"{one.sought}_x"] = value, x


def _has_finite(found: Series) -> bool:
    return any(value is not None for value in found.low)


def _values(values: list[float | None]) -> Values:
    return np.array(values, np.float64)


def _entry(sought: str, low: Values, high: Values) -> int:
    """Which entry holds it; some of them are not NaN."""
    if sought in ("low", "high"):
        return int(np.nanargmin(low) if sought == "low" else np.nanargmax(high))
    return int(np.flatnonzero(~np.isnan(low))[0 if sought == "first" else -1])


def _inside(found: Series, at: int, stretch: Stretch) -> Stretch:
    """The steps of one entry, ends included."""
    end = found.x[at + 1] - 1 if at + 1 < len(found.x) else stretch[1]
    return found.x[at], end
