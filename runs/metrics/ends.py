"""The last points of metrics in many runs, for what is said of a run's end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from django.db import connection

from .codec import Floats
from .covering import Window, windows_of
from .models import MetricState
from .points import Points, SeriesId, decode_points
from .reading import series_of_many
from .state import RunState
from .tail import series_in

# Leaves looked at of each attempt; the last may be short, the one before it is not.
LEAVES = 2
# Longer lines than this are not read whole for the few whose last leaves do not tell.
MOST_POINTS = 20_000
# One statement, hence one snapshot: points that move from the tail into leaves are seen once.
ROWS = """
WITH wanted AS (
    SELECT * FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS w(run_id, metric, attempt)
)
SELECT t.run_id, NULL::int AS metric, NULL::int AS attempt, t.data, t.arrival::float8 AS place
FROM runs_metrictail t WHERE t.project_id = %s AND t.run_id = ANY(%s::uuid[])
UNION ALL
SELECT w.run_id, w.metric, w.attempt, c.points, -c.place
FROM wanted w
CROSS JOIN LATERAL (
    SELECT points, row_number() OVER (ORDER BY first_x DESC, nr DESC) AS place
    FROM runs_metricchunk
    WHERE (project_id, run_id, metric, attempt, level) = (%s, w.run_id, w.metric, w.attempt, 0)
    ORDER BY first_x DESC, nr DESC LIMIT %s
) c
ORDER BY place
"""


@dataclass
class Line:
    """One metric of one run: its attempts, oldest first, with what was read of each."""

    run_id: UUID
    name: str
    metric: int
    windows: list[Window]
    leaves: dict[SeriesId, list[memoryview]] = field(default_factory=lambda: defaultdict(list))
    tail: dict[SeriesId, Points] = field(default_factory=dict)

    def values(self, count: int) -> Floats | None:
        """The last `count` values, fewer where there are no more; None where that is not known."""
        found = [self._known(window) for window in self.windows]
        x = np.concatenate([known for known, _, _ in found])
        # Attempts are older first, so that of equal places the newest comes last.
        order = np.argsort(x, kind="stable")
        values = np.concatenate([known for _, known, _ in found])[order]
        since = max(unread for _, _, unread in found)
        values = values[np.searchsorted(x[order], since) :]
        values[~np.isfinite(values)] = np.nan
        return values[-count:] if len(values) >= count or since == -np.inf else None

    def _known(self, window: Window) -> tuple[Floats, Floats, float]:
        """Places and values of what was read of an attempt, and before which place others lie."""
        leaves = [decode_points(data) for data in self.leaves.get(window.series, [])]
        unread = min(leaves[0].x[0], window.high) if len(leaves) == LEAVES else -np.inf
        tail = [self.tail[window.series]] if window.series in self.tail else []
        parts = [window.of(part) for part in [*leaves, *tail]]
        if not parts:
            return np.empty(0), np.empty(0), unread
        return (
            np.concatenate([part.x for part in parts]),
            np.concatenate([part.values for part in parts]),
            float(unread),
        )


def last_values(
    *, project_id: int, states: Iterable[MetricState], wanted: Mapping[str, int]
) -> dict[UUID, dict[str, Floats]]:
    """The last values of some metrics in each run, oldest first; what is not finite is NaN.

    They are of the newest attempt and, where it has fewer, of its ancestors before it resumed.
    One statement, and some more for runs that were resumed a few points ago. A metric that a run
    does not have, or of which the end is too costly to find, is left out.

    Args:
        states: of the runs, as they were read just now.
        wanted: how many points of each metric.
    """
    rows = list(states)
    lines = [line for row in rows for line in _lines(row.run_id, row.decoded, wanted)]
    _read(project_id, lines)
    found: dict[UUID, dict[str, Floats]] = {row.run_id: {} for row in rows}
    unknown = []
    for line in lines:
        values = line.values(wanted[line.name])
        if values is None:
            unknown.append(line)
        elif len(values):
            found[line.run_id][line.name] = values
    for line, values in _read_whole(project_id, rows, unknown):
        found[line.run_id][line.name] = values[-wanted[line.name] :]
    return found


def _lines(run_id: UUID, state: RunState, wanted: Mapping[str, int]) -> Iterable[Line]:
    for name in wanted:
        if name in state.entries:
            metric, _ = state.entries[name]
            unit = int(state.metrics["unit"][metric])
            windows = windows_of(state.lineage(None, unit), metric, unit)
            yield Line(run_id, name, metric, windows)


def _read(project_id: int, lines: list[Line]) -> None:
    series = [(line.run_id, *window.series) for line in lines for window in line.windows]
    run_ids, metrics, attempts = zip(*series, strict=True) if series else ((), (), ())
    places = {(line.run_id, line.metric): line for line in lines}
    asked = {(line.run_id, line.metric) for line in lines}
    tails: dict[UUID, list[memoryview]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            ROWS,
            [
                *(list(run_ids), list(metrics), list(attempts)),
                *(project_id, list({run_id for run_id, _ in asked}), project_id, LEAVES),
            ],
        )
        for run_id, metric, attempt, data, _ in cursor.fetchall():
            if metric is None:
                tails[run_id].append(data)
            else:
                places[run_id, metric].leaves[SeriesId(metric, attempt)].append(data)
    for run_id, rows in tails.items():
        mine = {metric for one, metric in asked if one == run_id}
        found = series_in(rows, mine)
        for metric in mine:
            places[run_id, metric].tail = found


def _read_whole(
    project_id: int, states: list[MetricState], lines: list[Line]
) -> Iterable[tuple[Line, Floats]]:
    if not lines:
        return
    wanted = {line.run_id for line in lines}
    read = series_of_many(
        project_id=project_id,
        states=[row for row in states if row.run_id in wanted],
        names=sorted({line.name for line in lines}),
        points=MOST_POINTS,
    )
    for line in lines:
        series = read.get(line.run_id, {}).get(line.name)
        if series is not None and series.exact and series.total:
            yield line, np.array(series.low, float)
