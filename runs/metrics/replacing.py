"""What an attempt replaces: summaries worked out anew from the points that still count.

Summaries are brought up to date batch by batch. An attempt that goes back takes points away, and
the extremes may have been among them: then they are read from the trees and the tail.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .reading import Stretch, series_locked
from .records import TIME, Place, Series
from .sql import Cursor
from .state import UNSEEN, RunState

POINTS = 2000
METRICS_AT_ONCE = 50
# What is looked for: the outermost finite values, and the extremes.
SOUGHT = ("first", "last", "low", "high")
Found = tuple[float, float]
Values = NDArray[np.float64]


def recount(cursor: Cursor, place: Place, state: RunState) -> None:
    """Work out the summaries of all metrics but those over time, which nothing replaces.

    How many points came, and how many of them are not finite, stays as it is. `last` is that of
    the newest attempt where it has points. The caller holds the run's lock.
    """
    held = [n for n, row in enumerate(state.metrics) if row["unit"] != TIME and row["count"]]
    for numbers in _parts(held):
        names = [state.names[number] for number in numbers]
        found = series_locked(cursor, place, state, names, POINTS, (None, None))
        for number, name in zip(numbers, names, strict=True):
            _recount(cursor, place, state, number, found[name])


def _parts(numbers: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(numbers), METRICS_AT_ONCE):
        yield numbers[start : start + METRICS_AT_ONCE]


def _recount(cursor: Cursor, place: Place, state: RunState, number: int, whole: Series) -> None:
    row = state.metrics[number]
    is_of_newest = row["last_attempt"] == max(state.attempts)
    for name in SOUGHT:
        if name == "last" and is_of_newest:
            continue
        found = _find(cursor, place, state, number, name, whole)
        if found is None:
            kept = {field: row[field] for field in ("count", "nonfinite", "unit")}
            state.metrics[number] = UNSEEN
            for field, value in kept.items():
                state.metrics[number][field] = value
            return
        row[name], row[f"{name}_x"] = found


def _find(
    cursor: Cursor, place: Place, state: RunState, number: int, sought: str, whole: Series
) -> Found | None:
    """A value and its place: into the entry that holds it, until entries are points."""
    found = whole
    stretch: Stretch = (None, None)
    while True:
        low, high = (np.array(values, np.float64) for values in (found.low, found.high))
        if not len(low) or np.isnan(low).all():
            return None
        at = _entry(sought, low, high)
        inside = _inside(found, at, stretch)
        if found.exact or inside == stretch:
            value = high[at] if sought == "high" else low[at]
            return float(value), float(found.x[at])
        stretch = inside
        name = state.names[number]
        found = series_locked(cursor, place, state, [name], POINTS, stretch)[name]


def _entry(sought: str, low: Values, high: Values) -> int:
    """Which entry holds it; some of them are not NaN."""
    if sought in ("low", "high"):
        return int(np.nanargmin(low) if sought == "low" else np.nanargmax(high))
    return int(np.flatnonzero(~np.isnan(low))[0 if sought == "first" else -1])


def _inside(found: Series, at: int, stretch: Stretch) -> Stretch:
    """The steps of one entry, ends included."""
    end = found.x[at + 1] - 1 if at + 1 < len(found.x) else stretch[1]
    return found.x[at], end
