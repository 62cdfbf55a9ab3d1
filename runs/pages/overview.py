"""Projects at a glance: counts, what runs now, which run is best.

Each function is one statement or two, however many projects or runs there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from projects.models import Project

from .. import metrics
from ..models import LOST_AFTER
from ..queries import direction_of
from .columns import Column

MOST_TRAINING = 4
# What decides where neither project nor runs say it: the first of these that was logged.
GUESSES = ["val_accuracy", "val_loss", "accuracy", "loss"]


@dataclass(frozen=True)
class Objective:
    """The metric that decides which run is best, and which end of it is the better one."""

    metric: str
    mode: str

    @property
    def part(self) -> str:
        return "min" if self.mode == "min" else "max"

    @property
    def column(self) -> Column:
        """The best value of a run, as a column."""
        return Column("metrics", self.metric, self.part, self.mode)


@dataclass(frozen=True)
class RunningRun:
    """A run that trains now. `done` counts finished epochs; `epochs` is None where unknown."""

    id: UUID
    number: int
    name: str
    started_at: datetime
    epochs: int | None
    done: int

    @property
    def left_seconds(self) -> float | None:
        """How long it still takes at its pace so far, in whole minutes where that is several.

        None where it is not known.
        """
        if not self.epochs or not self.done or self.done >= self.epochs:
            return None
        passed = (timezone.now() - self.started_at).total_seconds()
        left = max(passed, 0.0) / self.done * (self.epochs - self.done)
        return left if left < 120 else 60.0 * round(left / 60)


@dataclass(frozen=True)
class Glance:
    """What goes on in one project, outside trash and archive; silent runs count as lost.

    Attributes:
        aside: how many runs lie in the archive and in the trash, without those that hold none.
        trains: the newest runs that train now and gave a sign of life lately.
    """

    statuses: dict[str, int]
    last_at: datetime | None
    objective: Objective | None
    aside: dict[str, int]
    trains: tuple[RunningRun, ...]

    @property
    def runs(self) -> int:
        return sum(self.statuses.values())

    @property
    def running(self) -> int:
        return self.statuses.get("running", 0)


def glances(projects: Iterable[Project]) -> dict[int, Glance]:
    """A glance at each project, by its key.

    The rows that are searched are brought up to date on the way. The objective is the project's
    own, else what most of its latest 500 runs watch, else the first of the usual metrics that
    was logged.
    """
    by_id = {project.pk: project for project in projects}
    rows = _glances(list(by_id))
    if stale := [row[0] for row in rows if row[-1]]:
        for project_id in stale:
            metrics.sync_search_rows(project_id=project_id)
        rows = _glances(list(by_id))
    return {row[0]: _glance(by_id[row[0]], row[1:-1]) for row in rows}


def _glance(project: Project, row: Sequence[Any]) -> Glance:
    statuses, last_at, metric, mode, usual, archived, trashed, trains = row
    aside = {"archived": archived, "trash": trashed}
    return Glance(
        statuses=json.loads(statuses or "{}"),
        last_at=last_at,
        objective=_objective(project, metric, mode, usual),
        aside={place: count for place, count in aside.items() if count},
        trains=tuple(_running(*run) for run in json.loads(trains or "[]")),
    )


def _running(run_id: str, number: int, name: str, started_at: str, *epochs: Any) -> RunningRun:
    return RunningRun(UUID(run_id), number, name, datetime.fromisoformat(started_at), *epochs)


def _glances(project_ids: list[int]) -> list[tuple[Any, ...]]:
    """The facts of each glance, and whether the rows that are searched lag behind the points."""
    return rows_of(
        """
        SELECT p.id, counted.statuses, counted.last_at, watched.metric, watched.mode, usual.name,
               aside.archived, aside.trashed, training.runs,
               EXISTS (SELECT 1 FROM runs_metricstate s WHERE s.project_id = p.id AND s.stale)
        FROM unnest(%(projects)s::bigint[]) AS p(id)
        LEFT JOIN LATERAL (
            SELECT jsonb_object_agg(shown, runs) AS statuses, max(last_at) AS last_at
            FROM (
                SELECT r.status AS shown, count(*) AS runs, max(r.finished_at) AS last_at
                FROM runs_run r
                WHERE r.project_id = p.id AND r.trashed_at IS NULL AND r.archived_at IS NULL
                      AND r.status <> 'running'
                GROUP BY 1
                UNION ALL
                SELECT CASE WHEN coalesce(s.last_seen_at, r.created_at)
                                 < coalesce(r.frozen_at, %(now)s) - %(silence)s THEN 'lost'
                            ELSE r.status END,
                       count(*), max(coalesce(s.last_seen_at, r.created_at))
                FROM runs_run r
                LEFT JOIN runs_metricstate s ON s.project_id = r.project_id AND s.run_id = r.id
                WHERE r.project_id = p.id AND r.trashed_at IS NULL AND r.archived_at IS NULL
                      AND r.status = 'running'
                GROUP BY 1
            ) AS by_status
        ) AS counted ON true
        LEFT JOIN LATERAL (
            SELECT guess.name FROM unnest(%(guesses)s::text[]) WITH ORDINALITY AS guess(name, place)
            WHERE EXISTS (SELECT 1 FROM runs_metricsummary m
                          WHERE m.project_id = p.id AND m.name = guess.name)
            ORDER BY guess.place LIMIT 1
        ) AS usual ON true
        LEFT JOIN LATERAL (
            -- Runs that say nothing are for the usual metric: one that does is not for all.
            SELECT metric, mode FROM (
                SELECT objective_metric AS metric, objective_mode AS mode, started_at
                FROM runs_run r
                WHERE r.project_id = p.id AND trashed_at IS NULL AND archived_at IS NULL
                ORDER BY started_at DESC, id DESC LIMIT 500
            ) AS latest
            WHERE metric <> '' OR usual.name IS NOT NULL
            GROUP BY metric, mode ORDER BY count(*) DESC, min(started_at) LIMIT 1
        ) AS watched ON true
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE trashed_at IS NULL) AS archived,
                   count(*) FILTER (WHERE trashed_at IS NOT NULL) AS trashed
            FROM runs_run r
            WHERE r.project_id = p.id AND (trashed_at IS NOT NULL OR archived_at IS NOT NULL)
        ) AS aside
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(
                jsonb_build_array(id, number, name, started_at, epochs, done)
                ORDER BY started_at DESC, id DESC
            ) AS runs
            FROM (
                SELECT r.id, r.number, r.name, r.started_at,
                       CASE WHEN jsonb_typeof(r.params #> '{fit,epochs}') = 'number'
                            THEN (r.params #>> '{fit,epochs}')::numeric::bigint END AS epochs,
                       coalesce(m.count, 0) AS done
                FROM runs_run r
                JOIN runs_metricstate s ON s.project_id = r.project_id AND s.run_id = r.id
                LEFT JOIN runs_metricsummary m
                    ON m.project_id = r.project_id AND m.run_id = r.id AND m.name = 'loss'
                WHERE r.project_id = p.id AND r.status = 'running' AND r.frozen_at IS NULL
                      AND s.last_seen_at >= %(now)s - %(silence)s
                      AND r.trashed_at IS NULL AND r.archived_at IS NULL
                ORDER BY r.started_at DESC, r.id DESC LIMIT %(training)s
            ) AS newest
        ) AS training
        """,
        {
            "projects": project_ids,
            "now": timezone.now(),
            "silence": LOST_AFTER,
            "guesses": GUESSES,
            "training": MOST_TRAINING,
        },
    )


def _objective(
    project: Project, watched: str | None, mode: str | None, usual: str | None
) -> Objective | None:
    if project.objective_metric:
        watched, mode = project.objective_metric, project.objective_mode
    metric = watched or usual
    return Objective(metric, mode or direction_of(metric, project)) if metric else None


def column_names(project: Project, sample: int = 300) -> tuple[list[tuple[str, bool]], list[str]]:
    """What the latest `sample` runs have: parameters with whether they differ, and metrics.

    Parameters with the most different values come first, then those that most runs have.
    """
    rows = rows_of(
        """
        WITH latest AS MATERIALIZED (
            SELECT id FROM runs_run
            WHERE project_id = %s AND trashed_at IS NULL AND archived_at IS NULL
            ORDER BY started_at DESC, id DESC LIMIT %s
        )
        SELECT 'params' AS kind, p.key, count(DISTINCT p.text) AS variety, count(*) AS used
        FROM latest JOIN runs_runparam p ON p.project_id = %s AND p.run_id = latest.id
        GROUP BY p.key
        UNION ALL
        SELECT 'metrics', m.name, 0, count(*)
        FROM latest JOIN runs_metricsummary m ON m.project_id = %s AND m.run_id = latest.id
        GROUP BY m.name
        ORDER BY kind, variety DESC, used DESC, key
        """,
        [project.pk, sample, project.pk, project.pk],
    )
    params = [(name, variety > 1) for kind, name, variety, _ in rows if kind == "params"]
    return params, [name for kind, name, _, _ in rows if kind == "metrics"]


def rows_of(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
