"""Which runs of a project set a new best of what decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .overview import Objective, rows_of

# Runs whose results are read to know which later ones can be records at all.
EARLY = 500
# Up to so many later ones are looked up one by one; for more, all runs are read in one go.
FEW_LATER = 2_000


@dataclass(frozen=True)
class Record:
    """A run that was better than every run that ended before it.

    `at` is when it ended; of one that has not ended, when it started.
    """

    run_id: UUID
    number: int
    name: str
    at: datetime
    has_ended: bool
    value: float


def records_of(objectives: dict[int, Objective]) -> dict[int, list[Record]]:
    """For each project the runs that set a new best of its objective, in order of time.

    The first runs are read one by one; of all that ended later only those that beat the best of
    these can be records, and an index knows them.
    """
    found: dict[int, list[Record]] = {project_id: [] for project_id in objectives}
    if not objectives:
        return found
    wanted = [(key, objective.metric, objective.mode) for key, objective in objectives.items()]
    rows = rows_of(
        """
        WITH wanted AS (
            SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS w(project_id, name, mode)
        ), early AS (
            SELECT w.project_id, f.id, f.at,
                   CASE w.mode WHEN 'min' THEN s.min ELSE -s.max END AS cost
            FROM wanted w
            CROSS JOIN LATERAL (
                SELECT r.id, coalesce(r.finished_at, r.started_at) AS at FROM runs_run r
                WHERE r.project_id = w.project_id
                      AND r.trashed_at IS NULL AND r.archived_at IS NULL
                ORDER BY coalesce(r.finished_at, r.started_at), r.id LIMIT %s
            ) AS f
            JOIN runs_metricsummary s
                ON s.project_id = w.project_id AND s.run_id = f.id AND s.name = w.name
        ), bar AS (
            SELECT w.*, coalesce(min(e.cost), 'infinity') AS cost
            FROM wanted w LEFT JOIN early e USING (project_id) GROUP BY 1, 2, 3
        ), later AS (
            SELECT b.project_id, s.run_id, s.min AS cost
            FROM bar b
            JOIN runs_metricsummary s
                ON s.project_id = b.project_id AND s.name = b.name AND s.min < b.cost
            WHERE b.mode = 'min'
            UNION ALL
            SELECT b.project_id, s.run_id, -s.max
            FROM bar b
            JOIN runs_metricsummary s
                ON s.project_id = b.project_id AND s.name = b.name AND s.max > -b.cost
            WHERE b.mode <> 'min'
        ), many AS (
            SELECT count(*) > %s AS is_so FROM (SELECT FROM later LIMIT %s + 1) AS l
        ), results AS (
            SELECT * FROM early WHERE cost IS NOT NULL
            UNION ALL
            SELECT l.project_id, r.id, r.at, l.cost
            FROM (SELECT * FROM later LIMIT %s) AS l CROSS JOIN LATERAL (
                SELECT r.id, coalesce(r.finished_at, r.started_at) AS at FROM runs_run r
                WHERE r.project_id = l.project_id AND r.id = l.run_id
                      AND r.trashed_at IS NULL AND r.archived_at IS NULL LIMIT 1
            ) AS r
            WHERE NOT (SELECT is_so FROM many)
            UNION ALL
            SELECT l.project_id, r.id, coalesce(r.finished_at, r.started_at), l.cost
            FROM later l JOIN runs_run r ON r.project_id = l.project_id AND r.id = l.run_id
            WHERE r.trashed_at IS NULL AND r.archived_at IS NULL AND (SELECT is_so FROM many)
        ), ranked AS (
            SELECT *, min(cost) OVER (
                PARTITION BY project_id ORDER BY at, id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS before
            FROM results
        )
        SELECT project_id, id, run.number, run.name, at, run.has_ended,
               CASE w.mode WHEN 'min' THEN cost ELSE -cost END
        FROM ranked
        JOIN wanted w USING (project_id)
        CROSS JOIN LATERAL (
            SELECT r.number, r.name, r.finished_at IS NOT NULL AS has_ended FROM runs_run r
            WHERE r.project_id = ranked.project_id AND r.id = ranked.id LIMIT 1
        ) AS run
        WHERE before IS NULL OR cost < before
        ORDER BY project_id, at, id
        """,
        [*(list(column) for column in zip(*wanted, strict=True)), EARLY, *3 * [FEW_LATER]],
    )
    for project_id, *record in rows:
        found[project_id].append(Record(*record))
    return found
