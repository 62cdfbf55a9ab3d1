"""Each metric's summary, brought up to date with a batch: all metrics of a group at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .codec import Floats
from .state import RunState
from .tail import Group

Flags = NDArray[np.bool_]


def update_summaries(state: RunState, group: Group) -> None:
    x, values = _ordered(group.x, group.values)
    rows = state.metrics[group.ids]
    finite = np.asarray(np.isfinite(values))
    rows["count"] += len(x)
    whole = bool(finite.all())
    if not whole:
        rows["nonfinite"] += len(x) - finite.sum(axis=1)
    _ends(rows, None if whole else finite, x, values, group.attempt)
    _extreme(rows, "low", np.where(finite, values, np.inf) if not whole else values, x, 1)
    _extreme(rows, "high", -np.where(finite, values, -np.inf) if not whole else -values, x, -1)
    state.metrics[group.ids] = rows
    state.points += values.size


def _ordered(x: Floats, values: Floats) -> tuple[Floats, Floats]:
    if len(x) < 2 or (x[1:] >= x[:-1]).all():
        return x, values
    order = np.argsort(x, kind="stable")
    return x[order], values[:, order]


def _ends(
    rows: NDArray[np.void], finite: Flags | None, x: Floats, values: Floats, attempt: int
) -> None:
    """First by step and then arrival; last likewise, of the newest attempt."""
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


def _extreme(rows: NDArray[np.void], name: str, values: Floats, x: Floats, side: int) -> None:
    """The least of `values` (side * the metric's), of equal ones the one at the smallest step.

    Where a metric has nothing finite its values are infinite, which beats nothing.
    """
    least, old, step = values.min(axis=1), rows[name] * side, f"{name}_x"
    if not (least <= old).any():
        return
    at = values.argmin(axis=1)
    where = x[at]
    better = (least < old) | ((least == old) & (where < rows[step]))
    _put(rows, better, **{name: least * side, step: where})


def _put(rows: NDArray[np.void], chosen: Flags, **fields: Floats) -> None:
    if chosen.any():
        for name, value in fields.items():
            rows[name][chosen] = value[chosen]
