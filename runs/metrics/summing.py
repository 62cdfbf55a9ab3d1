"""Each metric's summary, brought up to date with a batch: all metrics of a group at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .codec import Floats
from .records import EPOCH, TIME
from .state import RunState
from .tail import Group

Flags = NDArray[np.bool_]


def update_summaries(state: RunState, group: Group) -> None:
    """Take in the points of a group: their number, and of what counts the extremes and ends."""
    rows = state.metrics[group.ids]
    state.points += group.values.size
    kept, replaced = _split(group, state.end_of(group.attempt))
    if replaced is not None:
        _count(rows, replaced)
    if kept is not None:
        _take_in(rows, kept)
    state.metrics[group.ids] = rows


def _split(group: Group, end: float) -> tuple[Group | None, Group | None]:
    """What counts of a group, and what a later attempt has replaced; None for nothing."""
    if end == np.inf or group.unit == TIME:
        return group, None
    place = group.x
    if group.unit == EPOCH:
        place = np.where(group.located >= 0, group.located, place)
    return group.at(place < end), group.at(place >= end)


def _count(rows: NDArray[np.void], group: Group) -> None:
    rows["nonfinite"] += len(group.x) - np.isfinite(group.values).sum(axis=1)
    rows["count"] += len(group.x)


def _take_in(rows: NDArray[np.void], group: Group) -> None:
    x, values = _ordered(group.x, group.values)
    # Ufuncs alone: numpy's methods cost as much again for arrays as short as a batch's.
    low, high = np.minimum.reduce(values, axis=1), np.maximum.reduce(values, axis=1)
    # A NaN makes both NaN, an infinity one of them infinite: so nothing else need be looked at.
    if np.logical_and.reduce(np.isfinite(low) & np.isfinite(high)):
        _ends(rows, None, x, values, group.attempt)
    else:
        finite = np.isfinite(values)
        rows["nonfinite"] += len(x) - finite.sum(axis=1)
        _ends(rows, finite, x, values, group.attempt)
        low = np.where(finite, values, np.inf).min(axis=1)
        high = np.where(finite, values, -np.inf).max(axis=1)
    rows["count"] += len(x)
    _extreme(rows, "low", low, x, values, 1)
    _extreme(rows, "high", high, x, values, -1)


def _ordered(x: Floats, values: Floats) -> tuple[Floats, Floats]:
    if len(x) < 2 or (x[1:] >= x[:-1]).all():
        return x, values
    order = np.argsort(x, kind="stable")
    return x[order], values[:, order]


def _ends(
    rows: NDArray[np.void], finite: Flags | None, x: Floats, values: Floats, attempt: int
) -> None:
    """First by step and then arrival; last likewise, of the newest attempt."""
    if finite is None and _goes_on(rows, x, attempt):
        rows["last"], rows["last_x"], rows["last_attempt"] = values[:, -1], x[-1], attempt
        return
    metric = np.arange(len(rows))
    seen: Flags = np.ones(len(rows), np.bool_)
    first, last = np.zeros(len(rows), np.intp), np.full(len(rows), len(x) - 1)
    if finite is not None:
        seen = np.asarray(finite.any(axis=1))
        first = finite.argmax(axis=1)
        last = last - finite[:, ::-1].argmax(axis=1)
    earlier = seen & (x[first] < rows["first_x"])
    _put(rows, earlier, first=values[metric, first], first_x=x[first])
    newest = rows["last_attempt"]
    later = seen & ((attempt > newest) | ((attempt == newest) & (x[last] >= rows["last_x"])))
    _put(rows, later, last=values[metric, last], last_x=x[last])
    rows["last_attempt"] = np.where(later, attempt, newest)


def _goes_on(rows: NDArray[np.void], x: Floats, attempt: int) -> bool:
    """Whether all points lie behind those of their metrics, as they mostly do."""
    begun = x[0] >= rows["first_x"].max()
    return bool(begun and attempt >= rows["last_attempt"].max() and x[-1] >= rows["last_x"].max())


def _extreme(
    rows: NDArray[np.void], name: str, found: Floats, x: Floats, values: Floats, side: int
) -> None:
    """`found` is each metric's least value (side 1) or greatest (side -1) among the new ones.

    Of equal ones the one at the smallest step counts. A metric without a finite value found the
    infinity that beats nothing.
    """
    old, step = rows[name], f"{name}_x"
    (nearer,) = (found <= old if side > 0 else found >= old).nonzero()
    if not len(nearer):
        return
    found, old = found[nearer], old[nearer]
    where = x[(values[nearer] == found[:, None]).argmax(axis=1)]
    better = np.isfinite(found) & ((found != old) | (where < rows[step][nearer]))
    chosen = nearer[better]
    rows[name][chosen] = found[better]
    rows[step][chosen] = where[better]


def _put(rows: NDArray[np.void], chosen: Flags, **fields: Floats) -> None:
    if chosen.any():
        for name, value in fields.items():
            rows[name][chosen] = value[chosen]
