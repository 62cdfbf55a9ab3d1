"""Each metric's summary, brought up to date with a batch: all metrics of a group at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .codec import Floats
from .state import RunState
from .tail import Group


def update_summaries(state: RunState, group: Group) -> None:
    x, values = _ordered(group.x, group.values)
    rows = state.metrics[group.ids]
    finite = np.asarray(np.isfinite(values))
    rows["count"] += len(x)
    rows["nonfinite"] += len(x) - finite.sum(axis=1)
    seen = np.asarray(finite.any(axis=1))
    _ends(rows, seen, finite, x, values, group.attempt)
    _extremes(rows, seen, finite, x, values)
    state.metrics[group.ids] = rows
    state.points += values.size


def _ordered(x: Floats, values: Floats) -> tuple[Floats, Floats]:
    if (x[1:] >= x[:-1]).all():
        return x, values
    order = np.argsort(x, kind="stable")
    return x[order], values[:, order]


def _ends(
    rows: NDArray[np.void],
    seen: NDArray[np.bool_],
    finite: NDArray[np.bool_],
    x: Floats,
    values: Floats,
    attempt: int,
) -> None:
    """First by step and then arrival; last likewise, of the newest attempt."""
    metric = np.arange(len(rows))
    first = finite.argmax(axis=1)
    last = len(x) - 1 - finite[:, ::-1].argmax(axis=1)
    earlier = seen & (x[first] < rows["first_x"])
    newest = rows["last_attempt"]
    later = seen & ((attempt > newest) | ((attempt == newest) & (x[last] >= rows["last_x"])))
    _put(rows, earlier, first=values[metric, first], first_x=x[first])
    _put(rows, later, last=values[metric, last], last_x=x[last], last_attempt=attempt)


def _extremes(
    rows: NDArray[np.void],
    seen: NDArray[np.bool_],
    finite: NDArray[np.bool_],
    x: Floats,
    values: Floats,
) -> None:
    """Of equal extremes the one at the smallest step."""
    metric = np.arange(len(rows))
    for name, fill, side in (("low", np.inf, 1), ("high", -np.inf, -1)):
        at = (np.where(finite, values, fill) * side).argmin(axis=1)
        value, where = values[metric, at], x[at]
        old, step = rows[name], f"{name}_x"
        better = seen & ((value * side < old * side) | ((value == old) & (where < rows[step])))
        _put(rows, better, **{name: value, step: where})


def _put(rows: NDArray[np.void], chosen: NDArray[np.bool_], **fields: object) -> None:
    for name, value in fields.items():
        rows[name] = np.where(chosen, value, rows[name])  # type: ignore[call-overload]
