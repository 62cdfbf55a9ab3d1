"""What the trees hold of a stretch of x: coarse buckets inside, finer ones towards its edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from .limits import LIMITS
from .nodes import decode_row
from .points import Points, SeriesId, decode_points
from .pyramid import Buckets, chained, chosen, singletons
from .records import EPOCH, Place
from .sql import Cursor, select_for

POINTS_LEVEL = -1
# Between which steps (seconds for unit "time"), ends included; None for no end.
Stretch = tuple[float | None, float | None]

OVERLAPPING = """
SELECT v.at, {column}
FROM (VALUES {values}) v(at, project_id, run_id, metric, attempt, level, low, high)
JOIN runs_metricchunk c
    ON (c.project_id, c.run_id, c.metric, c.attempt, c.level)
     = (v.project_id, v.run_id, v.metric, v.attempt, v.level)
    AND c.first_x >= coalesce((
        SELECT max(first_x) FROM runs_metricchunk b
        WHERE (b.project_id, b.run_id, b.metric, b.attempt, b.level)
            = (v.project_id, v.run_id, v.metric, v.attempt, v.level) AND b.first_x < v.low
    ), '-infinity')
    AND c.first_x <= v.high AND c.last_x >= v.low
ORDER BY v.at, c.first_x, c.nr
"""

SIZES = """
SELECT v.at, c.level, sum(c.count * CASE WHEN c.last_x > c.first_x
    THEN (least(c.last_x, v.high) - greatest(c.first_x, v.low)) / (c.last_x - c.first_x)
    ELSE 1 END)
FROM (VALUES {values}) v(at, project_id, run_id, metric, attempt, low, high)
JOIN runs_metricchunk c
    ON (c.project_id, c.run_id, c.metric, c.attempt)
     = (v.project_id, v.run_id, v.metric, v.attempt)
    AND c.level >= 1 AND c.first_x <= v.high AND c.last_x >= v.low
GROUP BY v.at, c.level ORDER BY v.at, c.level
"""

ODDITIES = """
SELECT v.at, c.oddities
FROM (VALUES {values}) v(at, project_id, run_id, metric, attempt, low, high)
CROSS JOIN LATERAL (
    SELECT oddities, coalesce(sum(CASE WHEN first_x < v.low THEN 0 ELSE nonfinite END) OVER (
        ORDER BY first_x, nr ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM runs_metricchunk c
    WHERE (c.project_id, c.run_id, c.metric, c.attempt, c.level)
        = (v.project_id, v.run_id, v.metric, v.attempt, 0)
        AND c.first_x <= v.high AND c.last_x >= v.low AND c.nonfinite > 0
    ORDER BY first_x, nr
) c
WHERE c.before < {limit}
"""


@dataclass(frozen=True)
class Window:
    """A stretch of one series, ends included. Points from step `before` on do not count.

    `before` differs from `high` only for epochs, whose place among the steps lies beside them.
    """

    series: SeriesId
    low: float
    high: float
    before: float = np.inf

    @property
    def ends(self) -> tuple[float, float]:
        return self.low, self.high

    @property
    def is_cut(self) -> bool:
        """Whether an attempt that resumed earlier hides points of this one."""
        return bool(np.isfinite(self.before) or np.isfinite(self.high))

    def of(self, points: Points) -> Points:
        start = np.searchsorted(points.x, self.low, "left")
        stop = np.searchsorted(points.x, self.high, "right")
        inside = points[int(start) : int(stop)]
        if np.isinf(self.before):
            return inside
        place = np.where(inside.at_step >= 0, inside.at_step, inside.x)
        return inside[place < self.before]


class Size(NamedTuple):
    """About how many points a window holds, and how many levels its tree has."""

    points: float = 0
    levels: int = 0


@dataclass
class Task:
    place: Place
    window: Window
    level: int
    found: list[Buckets] = field(default_factory=list)


def windows_of(
    lineage: Sequence[tuple[int, float]], metric: int, unit: int, stretch: Stretch = (None, None)
) -> list[Window]:
    """The attempts, oldest first, each cut where its successor resumed."""
    low = -np.inf if stretch[0] is None else float(stretch[0])
    high = np.inf if stretch[1] is None else float(stretch[1])
    windows = []
    for attempt, limit in reversed(lineage):
        series = SeriesId(metric, attempt)
        if unit == EPOCH:
            windows.append(Window(series, low, high, limit))
        else:
            windows.append(Window(series, low, min(high, float(np.nextafter(limit, -np.inf)))))
    return windows


def sizes(cursor: Cursor, windows: list[tuple[Place, Window]]) -> list[Size]:
    keys = _keys(windows)
    found = [Size()] * len(windows)
    template = "(%s, %s, %s, %s, %s, %s::float8, %s::float8)"
    for at, level, points in select_for(cursor, SIZES, keys, template):
        found[at] = Size(points if level == 1 else found[at].points, level)
    return found


def level_for(points: float, wanted: int, levels: int) -> int:
    """The coarsest level that has at least `wanted` buckets for so many points."""
    level = POINTS_LEVEL
    while level < levels and points / LIMITS.fan_out ** (level + 2) >= wanted:
        level += 1
    return level


def cover(cursor: Cursor, tasks: list[Task]) -> None:
    """Fill `found` of each task with buckets that hold exactly the window's points.

    A bucket that reaches over the window's edge is replaced by finer ones, down to points, and
    so is one that touches it, which makes the outermost values known.
    """
    open_tasks = tasks
    while open_tasks:
        finer: list[Task] = []
        rows = _rows(cursor, open_tasks)
        for task, data in zip(open_tasks, rows, strict=True):
            finer += _divide(task, data)
        open_tasks = finer


def oddities(cursor: Cursor, windows: list[tuple[Place, Window]], limit: int) -> list[list[Points]]:
    """The first `limit` or more non-finite points of each window."""
    found: list[list[Points]] = [[] for _ in windows]
    statement = ODDITIES.replace("{limit}", str(int(limit)))
    template = "(%s, %s, %s, %s, %s, %s::float8, %s::float8)"
    for at, data in select_for(cursor, statement, _keys(windows), template):
        found[at].append(windows[at][1].of(decode_points(data)))
    return found


def _keys(windows: list[tuple[Place, Window]]) -> list[tuple[object, ...]]:
    return [
        (at, *place, *window.series, *window.ends) for at, (place, window) in enumerate(windows)
    ]


def _rows(cursor: Cursor, tasks: list[Task]) -> list[list[bytes]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for column, levels in (("c.points", [POINTS_LEVEL]), ("c.buckets", range(100))):
        keys = [
            (at, *task.place, *task.window.series, max(task.level, 0), *task.window.ends)
            for at, task in enumerate(tasks)
            if task.level in levels
        ]
        statement = OVERLAPPING.replace("{column}", column)
        template = "(%s, %s, %s, %s, %s, %s, %s::float8, %s::float8)"
        for at, data in select_for(cursor, statement, keys, template):
            found[at].append(data)
    return [found[at] for at in range(len(tasks))]


def _divide(task: Task, rows: list[bytes]) -> list[Task]:
    """Take what lies well inside; tasks for the edges."""
    if not rows:
        return []
    window = task.window
    if task.level == POINTS_LEVEL:
        task.found += [
            singletons(part) for data in rows if len(part := window.of(decode_points(data)))
        ]
        return []
    buckets = chained([decode_row(data, task.level) for data in rows])
    touched = np.flatnonzero((buckets.last >= window.low) & (buckets.first <= window.high))
    if not len(touched):
        return []
    start, stop = int(touched[0]), int(touched[-1]) + 1
    edges = []
    if start or window.low > buckets.first[0]:
        start, high = _after_edge(buckets, start)
        edges.append(replace(window, high=min(high, window.high)))
    if start < stop and (stop < len(buckets) or window.high < buckets.last[-1]):
        stop, low = _before_edge(buckets, start, stop)
        edges.append(replace(window, low=max(low, window.low)))
    if start < stop:
        opening = buckets.opening if start == 0 else np.nan
        closing = buckets.closing if stop == len(buckets) else np.nan
        task.found.append(chosen(buckets, slice(start, stop), opening=opening, closing=closing))
    return [Task(task.place, edge, task.level - 1, task.found) for edge in edges]


def _after_edge(buckets: Buckets, start: int) -> tuple[int, float]:
    """Step over the first bucket and those that share an x with it; where they end."""
    reach = buckets.last[start]
    start += 1
    while start < len(buckets) and buckets.first[start] <= reach:
        reach = max(reach, buckets.last[start])
        start += 1
    return start, float(reach)


def _before_edge(buckets: Buckets, start: int, stop: int) -> tuple[int, float]:
    """Step back over the last bucket and those that share an x with it; where they begin."""
    stop -= 1
    while stop > start and buckets.last[stop - 1] >= buckets.first[stop]:
        stop -= 1
    return stop, float(buckets.first[stop])
