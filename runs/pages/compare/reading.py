"""What a comparison reads: the runs, their documents, and the results of their repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from projects.models import Project

from ... import queries
from ...models import Run
from ..overview import Objective, rows_of

MOST_REPEATS = 30
MOST_POOLED = 2_000
Documents = Mapping[str, Any]
# The results of finished runs by configuration, each with the run's number.
Results = dict[str, dict[int, float]]


def runs_of(project: Project, numbers: Sequence[int]) -> list[Run]:
    """The runs with these numbers in their order; what is unknown or in the trash is not there."""
    found = queries.whole_runs(project).filter(number__in=numbers)
    by_number = {run.number: run for run in queries.completed(list(found), project)}
    return [by_number[number] for number in numbers if number in by_number]


def documents_of(
    project: Project,
    runs: Sequence[Run],
    without: Sequence[str] = ("config", "edges", "optimizer_config"),
) -> dict[UUID, dict[str, Any]]:
    """The documents of each run by kind.

    Args:
        without: parts of a model that are left out, by default what makes it again.
    """
    rows = rows_of(
        """
        SELECT run_id, kind,
               CASE WHEN kind = 'model' AND jsonb_typeof(data) = 'object'
                    THEN data - %s::text[] ELSE data END::text
        FROM runs_rundocument
        WHERE project_id = %s AND run_id = ANY(%s::uuid[]) AND kind <> 'summary'
        """,
        [list(without), project.pk, [run.id for run in runs]],
    )
    found: dict[UUID, dict[str, Any]] = {run.id: {} for run in runs}
    for run_id, kind, data in rows:
        found[run_id][kind] = orjson.loads(data)
    return found


def results_like(project: Project, configurations: Iterable[str], objective: Objective) -> Results:
    """The results of the newest finished runs of each of these configurations."""
    return _results(
        f"""
        SELECT newest.configuration, newest.number, newest.value
        FROM unnest(%s::text[]) AS wanted(configuration)
        CROSS JOIN LATERAL (
            SELECT r.configuration, r.number, s.{_column(objective)} AS value
            FROM runs_run r
            JOIN runs_metricsummary s
                ON s.project_id = r.project_id AND s.run_id = r.id AND s.name = %s
            WHERE r.project_id = %s AND r.configuration = wanted.configuration
                  AND r.status = 'finished' AND r.trashed_at IS NULL AND r.archived_at IS NULL
                  AND s.{_column(objective)} IS NOT NULL
            ORDER BY r.number DESC LIMIT %s
        ) AS newest
        """,  # noqa: S608 - the column is one of two
        [
            sorted(set(configurations) - {""}),
            objective.metric,
            project.pk,
            MOST_REPEATS,
        ],
    )


def results_everywhere(project: Project, objective: Objective) -> Results:
    """The results of the newest finished runs of the project."""
    return _results(
        f"""
        SELECT r.configuration, r.number, s.{_column(objective)}
        FROM (
            SELECT id, configuration, number FROM runs_run
            WHERE project_id = %s AND status = 'finished' AND configuration <> ''
                  AND trashed_at IS NULL AND archived_at IS NULL
            ORDER BY started_at DESC, id DESC LIMIT %s
        ) AS r
        JOIN runs_metricsummary s ON s.project_id = %s AND s.run_id = r.id AND s.name = %s
        WHERE s.{_column(objective)} IS NOT NULL
        """,  # noqa: S608 - the column is one of two
        [project.pk, MOST_POOLED, project.pk, objective.metric],
    )


def _column(objective: Objective) -> str:
    return "min" if objective.mode == "min" else "max"


def _results(statement: str, values: Sequence[Any]) -> Results:
    found: Results = {}
    for configuration, number, value in rows_of(statement, values):
        held = found.setdefault(configuration, {})
        if len(held) < MOST_REPEATS:
            held[number] = value
    return found
