"""Every point of a run in order, a leaf at a time: what is held in memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection

from ahnb_platform.errors import Missing

from .points import Points, SeriesId, decode_points, joined_points
from .records import UNITS
from .state import RunState, decode_state
from .tail import decode_groups, series_of

STATE = "SELECT data FROM runs_metricstate WHERE project_id = %s AND run_id = %s"
TAIL = "SELECT data FROM runs_metrictail WHERE project_id = %s AND run_id = %s ORDER BY arrival"
LEAVES = """
SELECT metric, attempt, first_x, points FROM runs_metricchunk
WHERE project_id = %s AND run_id = %s AND level = 0
ORDER BY metric, attempt, first_x, nr
"""
LEAVES_AT_ONCE = 8


class Stretch(NamedTuple):
    """Consecutive points of one metric and attempt, by x and then in the order they came."""

    name: str
    unit: str
    attempt: int
    points: Points


class WholeState(NamedTuple):
    """How a run's points came: attempts (number to the step it goes back to), and deliveries.

    `writers` has for each the highest sequence number without a gap, and the ranges beyond one.
    """

    points: int
    attempts: dict[int, int]
    writers: dict[UUID, tuple[int, list[tuple[int, int]]]]
    names: list[str]


def whole_state(*, project_id: int, run_id: UUID) -> WholeState:
    """Raises Missing."""
    state = _state(project_id, run_id)
    writers = {writer: (one.acked, one.beyond) for writer, one in state.writers.items()}
    return WholeState(state.points, state.attempts, writers, list(state.names))


def every_point(*, project_id: int, run_id: UUID) -> Iterator[Stretch]:
    """All points of all attempts, also those that a later attempt replaced, metric by metric.

    To be called, and consumed, in one transaction that sees one state of the database: points
    may move between tables meanwhile.

    Raises:
        Missing: there is no such run.
    """
    state = _state(project_id, run_id)
    units = [UNITS[unit] for unit in state.metrics["unit"].tolist()]
    for series, points in _in_order(project_id, run_id):
        number = series.metric
        yield Stretch(state.names[number], units[number], series.attempt, points)


def _state(project_id: int, run_id: UUID) -> RunState:
    with connection.cursor() as cursor:
        cursor.execute(STATE, (project_id, run_id))
        row = cursor.fetchone()
    if row is None:
        raise Missing
    return decode_state(row[0])


def _in_order(project_id: int, run_id: UUID) -> Iterator[tuple[SeriesId, Points]]:
    """Leaves and what waits in the tail as one, by series."""
    waiting = _tail(project_id, run_id)
    leaves = _leaves(project_id, run_id)
    leaf = next(leaves, None)
    while leaf is not None:
        series, _, points = leaf
        following = next(leaves, None)
        is_last = following is None or following[0] != series
        for other in sorted(one for one in waiting if one < series):
            yield other, waiting.pop(other)
        yield series, _with_tail(points, waiting, series, np.inf if is_last else following[1])  # type: ignore[index]
        leaf = following
    for other in sorted(waiting):
        yield other, waiting[other]


def _with_tail(
    points: Points, waiting: dict[SeriesId, Points], series: SeriesId, before: float
) -> Points:
    """A leaf with the points of the tail that lie before the next one; the tail's came later."""
    tail = waiting.get(series)
    if tail is None:
        return points
    cut = len(tail) if np.isinf(before) else int(np.searchsorted(tail.x, before, "left"))
    waiting[series] = tail[cut:]
    if cut == len(tail):
        del waiting[series]
    return joined_points([points, tail[:cut]]) if cut else points


def _tail(project_id: int, run_id: UUID) -> dict[SeriesId, Points]:
    with connection.cursor() as cursor:
        cursor.execute(TAIL, (project_id, run_id))
        groups = [group for (data,) in cursor.fetchall() for group in decode_groups(data)]
    return {series: points for series, points in series_of(groups).items() if len(points)}


def _leaves(project_id: int, run_id: UUID) -> Iterator[tuple[SeriesId, float, Points]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(LEAVES, (project_id, run_id))
        while rows := cursor.fetchmany(LEAVES_AT_ONCE):
            for metric, attempt, first_x, data in rows:
                yield SeriesId(metric, attempt), first_x, decode_points(data)
