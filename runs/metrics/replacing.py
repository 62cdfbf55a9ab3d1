"""What an attempt replaces: summaries worked out anew from the points that still count.

Summaries are brought up to date batch by batch. An attempt that goes back takes points away, and
the extremes may have been among them: then they are read from the trees and the tail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from .reading import Stretch, series_locked
from .records import TIME, Place, Series
from .sql import Cursor
from .state import UNSEEN, RunState

POINTS = 2000
METRICS_AT_ONCE = 50
# Of an answer's entries the one that holds what is looked for; None where no value is finite.
Choice = Callable[[NDArray[np.float64], NDArray[np.float64]], int]
Found = tuple[float, float]
CHOICES: dict[str, Choice] = {
    "first": lambda low, high: int(np.flatnonzero(~np.isnan(low))[0]),
    "last": lambda low, high: int(np.flatnonzero(~np.isnan(low))[-1]),
    "low": lambda low, high: int(np.nanargmin(low)),
    "high": lambda low, high: int(np.nanargmax(high)),
}


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
    for name, choice in CHOICES.items():
        if name == "last" and is_of_newest:
            continue
        found = _find(cursor, place, state, state.names[number], choice, whole)
        if found is None:
            kept = {field: row[field] for field in ("count", "nonfinite", "unit")}
            state.metrics[number] = UNSEEN
            for field, value in kept.items():
                state.metrics[number][field] = value
            return
        row[name], row[f"{name}_x"] = found


def _find(
    cursor: Cursor, place: Place, state: RunState, name: str, choice: Choice, whole: Series
) -> Found | None:
    """A value and its place: into the entry that holds it, until entries are points."""
    found, stretch = whole, (None, None)
    while True:
        low, high = (np.array(values, np.float64) for values in (found.low, found.high))
        if not len(low) or np.isnan(low).all():
            return None
        at = choice(low, high)
        inside = _inside(found, at, stretch)
        if found.exact or inside == stretch:
            value = high[at] if choice is CHOICES["high"] else low[at]
            return float(value), float(found.x[at])
        stretch = inside
        found = series_locked(cursor, place, state, [name], POINTS, stretch)[name]


def _inside(found: Series, at: int, stretch: Stretch) -> Stretch:
    """The steps of one entry, ends included."""
    end = found.x[at + 1] - 1 if at + 1 < len(found.x) else stretch[1]
    return found.x[at], end
