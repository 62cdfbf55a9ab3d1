"""One metric of many runs, coarsely: for small curves in lists and many curves in one chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import numpy as np
from django.db import connection

from .answers import answer
from .covering import Window
from .nodes import decode_row
from .points import SeriesId, decode_points
from .pyramid import Buckets, chosen, singletons
from .records import EPOCH, UNITS, Series
from .sql import Cursor
from .state import RunState, decode_state
from .tail import decode_groups, series_of

STATES = (
    "SELECT run_id, data FROM runs_metricstate WHERE project_id = %s AND run_id = ANY(%s::uuid[])"
)
# One statement, hence one snapshot: points that move from the tail into chunks are seen once.
ROWS = """
WITH wanted AS (SELECT * FROM unnest(%s::uuid[], %s::int[]) AS w(run_id, metric))
SELECT w.run_id, t.data, NULL::int AS attempt, 0 AS level, t.arrival::float8 AS place
FROM wanted w JOIN runs_metrictail t ON t.project_id = %s AND t.run_id = w.run_id
UNION ALL
SELECT w.run_id, CASE WHEN c.level = 0 THEN c.points ELSE c.buckets END,
       c.attempt, c.level, c.first_x
FROM wanted w
JOIN runs_metricchunk c ON c.project_id = %s AND c.run_id = w.run_id AND c.metric = w.metric
WHERE c.level = (
    SELECT max(level) FROM runs_metricchunk m
    WHERE (m.project_id, m.run_id, m.metric, m.attempt)
        = (c.project_id, c.run_id, c.metric, c.attempt)
)
ORDER BY run_id, attempt NULLS LAST, place
"""
Rows = list[tuple[memoryview, int | None, int]]


def series_of_runs(
    *, project_id: int, run_ids: Iterable[UUID], name: str, points: int
) -> dict[UUID, Series]:
    """The metric's newest attempt in each run that has it, in two statements for any number.

    At most `points` entries each, and no more than the top of a long series' tree has; the
    extremes are exact all the same. Non-finite points are counted, not listed.
    """
    with connection.cursor() as cursor:
        numbers = _numbers(cursor, project_id, list(run_ids), name)
        rows = _rows(cursor, project_id, numbers)
    return {
        run_id: _series(state, metric, rows[run_id], points)
        for run_id, (state, metric) in numbers.items()
    }


def _numbers(
    cursor: Cursor, project_id: int, run_ids: list[UUID], name: str
) -> dict[UUID, tuple[RunState, int]]:
    """State and the metric's number, for the runs that have the metric."""
    cursor.execute(STATES, (project_id, run_ids))
    states = [(run_id, decode_state(data)) for run_id, data in cursor.fetchall()]
    return {
        run_id: (state, state.names.index(name)) for run_id, state in states if name in state.names
    }


def _rows(
    cursor: Cursor, project_id: int, numbers: dict[UUID, tuple[RunState, int]]
) -> dict[UUID, Rows]:
    found: dict[UUID, Rows] = defaultdict(list)
    metrics = [metric for _, metric in numbers.values()]
    cursor.execute(ROWS, (list(numbers), metrics, project_id, project_id))
    for run_id, data, attempt, level, _ in cursor.fetchall():
        found[run_id].append((data, attempt, level))
    return found


def _series(state: RunState, metric: int, rows: Rows, points: int) -> Series:
    unit = int(state.metrics["unit"][metric])
    groups = [
        group.only({metric})
        for data, attempt, _ in rows
        if attempt is None
        for group in decode_groups(data)
    ]
    tail = series_of(group for group in groups if len(group.ids))
    parts = []
    for number, limit in reversed(state.lineage(None, unit)):
        window = _window(SeriesId(metric, number), unit, limit)
        parts += [
            _within(window, data, level) for data, attempt, level in rows if attempt == number
        ]
        if window.series in tail:
            parts.append(singletons(window.of(tail[window.series])))
    known = [part for part in parts if len(part)]
    return answer(UNITS[unit], known, [], points, with_times=False)


def _window(series: SeriesId, unit: int, limit: float) -> Window:
    if unit == EPOCH:
        return Window(series, -np.inf, np.inf, limit)
    return Window(series, -np.inf, float(np.nextafter(limit, -np.inf)))


def _within(window: Window, data: memoryview, level: int) -> Buckets:
    if level == 0:
        return singletons(window.of(decode_points(data)))
    buckets = decode_row(data, level)
    return chosen(buckets, buckets.last <= min(window.high, window.before))
