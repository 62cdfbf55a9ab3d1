"""The rows of MetricChunk, found and written for many series at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .points import Points, SeriesId, decode_points
from .pyramid import Buckets
from .records import Place
from .sql import Cursor, insert_rows, select_for

FORMAT = 1


class Key(NamedTuple):
    """A row's place in its level: by x, then by number where rows begin at the same x."""

    first_x: float
    nr: int


class Leaf(NamedTuple):
    key: Key
    last_x: float
    points: int


class Branch(NamedTuple):
    """A row as the row above sees it: its key, and its buckets condensed once."""

    key: Key
    buckets: Buckets


@dataclass(frozen=True)
class Edit:
    """At one level of a series: the rows `old`, neighbours of each other, became `new`.

    Without `old` the new rows stand behind all others.
    """

    old: list[Key]
    new: list[Branch]


Edits = dict[SeriesId, list[Edit]]


@dataclass(frozen=True)
class Row:
    series: SeriesId
    key: Key
    last_x: float
    count: int
    nonfinite: int
    points: bytes | None
    oddities: bytes | None
    buckets: bytes


COLUMNS = (
    "project_id",
    "run_id",
    "level",
    "metric",
    "attempt",
    "first_x",
    "nr",
    "last_x",
    "count",
    "nonfinite",
    "format",
    "points",
    "oddities",
    "buckets",
)

LEAVES = """
SELECT v.metric, v.attempt, c.first_x, c.nr, c.last_x, c.count
FROM (VALUES {values}) v(project_id, run_id, metric, attempt, low, high)
CROSS JOIN LATERAL (
    SELECT
        coalesce((
            SELECT max(first_x) FROM runs_metricchunk c
            WHERE (c.project_id, c.run_id, c.metric, c.attempt, c.level)
                = (v.project_id, v.run_id, v.metric, v.attempt, 0) AND c.first_x <= v.low
        ), '-infinity') AS low,
        coalesce((
            SELECT min(first_x) FROM runs_metricchunk c
            WHERE (c.project_id, c.run_id, c.metric, c.attempt, c.level)
                = (v.project_id, v.run_id, v.metric, v.attempt, 0) AND c.first_x > v.high
        ), v.high) AS high
) edge
JOIN runs_metricchunk c
    ON (c.project_id, c.run_id, c.metric, c.attempt, c.level)
     = (v.project_id, v.run_id, v.metric, v.attempt, 0)
    AND c.first_x BETWEEN edge.low AND edge.high
ORDER BY v.metric, v.attempt, c.first_x, c.nr
"""

POINTS = """
SELECT v.metric, v.attempt, c.first_x, c.nr, c.points
FROM (VALUES {values}) v(project_id, run_id, metric, attempt, first_x, nr)
JOIN runs_metricchunk c USING (project_id, run_id, metric, attempt, first_x, nr)
WHERE c.level = 0
"""

PARENTS = """
SELECT v.at, c.first_x, c.nr, c.buckets
FROM (VALUES {values}) v(at, project_id, run_id, metric, attempt, level, first_x, nr)
CROSS JOIN LATERAL (
    SELECT c.first_x, c.nr, c.buckets FROM runs_metricchunk c
    WHERE (c.project_id, c.run_id, c.metric, c.attempt, c.level)
        = (v.project_id, v.run_id, v.metric, v.attempt, v.level)
        AND (c.first_x, c.nr) <= (v.first_x, v.nr)
    ORDER BY c.first_x DESC, c.nr DESC LIMIT 1
) c
"""

LEVEL = """
SELECT c.metric, c.attempt, c.first_x, c.nr, c.buckets
FROM (VALUES {values}) v(project_id, run_id, metric, attempt, level)
JOIN runs_metricchunk c USING (project_id, run_id, metric, attempt, level)
ORDER BY c.metric, c.attempt, c.first_x, c.nr
"""

DELETE = """
DELETE FROM runs_metricchunk c
USING (VALUES {values}) v(project_id, run_id, metric, attempt, level, first_x, nr)
WHERE (c.project_id, c.run_id, c.metric, c.attempt, c.level, c.first_x, c.nr)
    = (v.project_id, v.run_id, v.metric, v.attempt, v.level, v.first_x, v.nr)
RETURNING 1
"""


def leaves_between(
    cursor: Cursor, place: Place, spans: dict[SeriesId, tuple[float, float]]
) -> dict[SeriesId, list[Leaf]]:
    """The leaves into which points between two x fall, and those after, in order."""
    keys = [(*place, *series, low, high) for series, (low, high) in spans.items()]
    template = "(%s, %s, %s, %s, %s::float8, %s::float8)"
    found: dict[SeriesId, list[Leaf]] = defaultdict(list)
    for metric, attempt, first_x, nr, last_x, count in select_for(cursor, LEAVES, keys, template):
        found[SeriesId(metric, attempt)].append(Leaf(Key(first_x, nr), last_x, count))
    return found


def leaf_points(
    cursor: Cursor, place: Place, keys: Sequence[tuple[SeriesId, Key]]
) -> dict[tuple[SeriesId, Key], Points]:
    rows = [(*place, *series, *key) for series, key in keys]
    found = select_for(cursor, POINTS, rows, "(%s, %s, %s, %s, %s::float8, %s)")
    return {
        (SeriesId(metric, attempt), Key(first_x, nr)): decode_points(data)
        for metric, attempt, first_x, nr, data in found
    }


def parents(
    cursor: Cursor, place: Place, level: int, keys: Sequence[tuple[SeriesId, Key]]
) -> list[tuple[Key, bytes] | None]:
    """For each key below, the node of `level` that holds it, or would; None where is none."""
    rows = [(at, *place, *series, level, *key) for at, (series, key) in enumerate(keys)]
    found: list[tuple[Key, bytes] | None] = [None] * len(keys)
    template = "(%s, %s, %s, %s, %s, %s, %s::float8, %s)"
    for at, first_x, nr, data in select_for(cursor, PARENTS, rows, template):
        found[at] = (Key(first_x, nr), data)
    return found


def rows_of_level(
    cursor: Cursor, place: Place, level: int, series: Sequence[SeriesId]
) -> dict[SeriesId, list[tuple[Key, bytes]]]:
    found: dict[SeriesId, list[tuple[Key, bytes]]] = defaultdict(list)
    rows = [(*place, *one, level) for one in series]
    for metric, attempt, first_x, nr, data in select_for(cursor, LEVEL, rows):
        found[SeriesId(metric, attempt)].append((Key(first_x, nr), data))
    return found


def replace_rows(
    cursor: Cursor,
    place: Place,
    level: int,
    gone: Sequence[tuple[SeriesId, Key]],
    rows: Sequence[Row],
) -> None:
    keys = [(*place, *series, level, *key) for series, key in gone]
    select_for(cursor, DELETE, keys, "(%s, %s, %s, %s, %s, %s::float8, %s)")
    insert_rows(
        cursor,
        "runs_metricchunk",
        COLUMNS,
        [
            (
                *place,
                level,
                *row.series,
                *row.key,
                row.last_x,
                row.count,
                row.nonfinite,
                FORMAT,
                row.points,
                row.oddities,
                row.buckets,
            )
            for row in rows
        ],
    )
