"""One metric of many runs, coarsely: for small curves in lists and many curves in one chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from django.db import connection

from .answers import answer
from .covering import POINTS_LEVEL, Task, Window, cover, windows_of
from .models import MetricState
from .nodes import decode_row
from .points import Points, SeriesId, decode_points
from .pyramid import Buckets, singletons
from .reading import in_line
from .records import UNITS, Place, Series
from .sql import Cursor
from .state import RunState
from .tail import series_in

DRAINS = """
SELECT run_id, drains FROM runs_metricstate WHERE project_id = %s AND run_id = ANY(%s::uuid[])
"""
TRIES = 3
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


@dataclass
class Curve:
    """The metric of one run: what is known of it, the rows of the tail and of the trees' tops."""

    place: Place
    drains: int
    state: RunState
    metric: int
    rows: Rows = field(default_factory=list)

    @property
    def unit(self) -> int:
        return int(self.state.metrics["unit"][self.metric])

    def windows(self) -> list[Window]:
        """The newest attempt and its ancestors, oldest first, each cut where the next resumed."""
        return windows_of(self.state.lineage(None, self.unit), self.metric, self.unit)

    def tail(self) -> dict[SeriesId, Points]:
        return series_in((data for data, attempt, _ in self.rows if attempt is None), {self.metric})


def series_of_runs(
    *, project_id: int, states: Iterable[MetricState], name: str, points: int
) -> dict[UUID, Series]:
    """The metric's newest attempt in each run that has it, in few statements for any number.

    At most `points` entries each, and no more than the top of a long series' tree has; the
    extremes are exact all the same. Non-finite points are counted, not listed. One statement,
    and some more if long attempts were resumed, whose ends need a closer look.
    """
    known = list(states)
    for _ in range(TRIES):
        with connection.cursor() as cursor:
            curves = _curves(cursor, project_id, known, name)
            tasks = [_tasks(curve) for curve in curves]
            closer = [task for each in tasks for task in each if not task.found]
            cover(cursor, closer)
            if not closer or not _have_drained(cursor, project_id, curves):
                break
        ids = [row.run_id for row in known]
        known = list(MetricState.objects.filter(project_id=project_id, run_id__in=ids))
    return {
        curve.place.run_id: _series(curve, each, points)
        for curve, each in zip(curves, tasks, strict=True)
    }


def _curves(cursor: Cursor, project_id: int, states: list[MetricState], name: str) -> list[Curve]:
    """The runs that have the metric, with their rows."""
    curves = {
        row.run_id: Curve(
            Place(project_id, row.run_id), row.drains, row.decoded, row.decoded.names.index(name)
        )
        for row in states
        if name in row.decoded.names
    }
    metrics = [curve.metric for curve in curves.values()]
    cursor.execute(ROWS, (list(curves), metrics, project_id, project_id))
    for run_id, data, attempt, level, _ in cursor.fetchall():
        curves[run_id].rows.append((data, attempt, level))
    return list(curves.values())


def _have_drained(cursor: Cursor, project_id: int, curves: list[Curve]) -> bool:
    """Points that moved from the tail into the trees between our statements were seen twice."""
    cursor.execute(DRAINS, (project_id, [curve.place.run_id for curve in curves]))
    return dict(cursor.fetchall()) != {curve.place.run_id: curve.drains for curve in curves}


def _tasks(curve: Curve) -> list[Task]:
    """What to take of each attempt's tree; `found` is empty where the top is too coarse."""
    tasks = []
    for window in curve.windows():
        mine = [
            (data, level) for data, attempt, level in curve.rows if attempt == window.series.attempt
        ]
        if not mine:
            continue
        level = mine[0][1]
        if level == 0 or not window.is_cut:
            tasks.append(Task(curve.place, window, level, [_top(window, *row) for row in mine]))
        else:
            finest = POINTS_LEVEL if np.isfinite(window.before) else level
            tasks.append(Task(curve.place, window, finest))
    return tasks


def _top(window: Window, data: memoryview, level: int) -> Buckets:
    if level == 0:
        return singletons(window.of(decode_points(data)))
    return decode_row(data, level)


def _series(curve: Curve, tasks: list[Task], points: int) -> Series:
    parts = in_line(curve.windows(), tasks, curve.tail())
    return answer(UNITS[curve.unit], parts, [], points, with_times=False)
