"""Reads what the words are made from: the places of three runs, the facts of each, the findings.

Three statements, and what they bring does not grow with the documents beyond the sizes below.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from django.urls import reverse

from ... import metrics
from ...models import Run
from ..delivery import SAID, delivery_of
from ..found import found_in
from ..overview import Objective, rows_of
from .record import Facts, Record, Standing, best_of

MOST_LAYERS = 300
MOST_WARNINGS = 50
# Characters of JSON; what is larger is compared by its number, or its digest.
LARGEST_LAYERS = 300_000
LARGEST_PACKAGES = 200_000
# Of each kind of document the fields that words are made from.
PICKED = """
CASE d.kind
WHEN 'model' THEN jsonb_build_object(
    'parameters', d.data -> 'parameters',
    'trainable_parameters', d.data -> 'trainable_parameters',
    'layer_count', CASE WHEN jsonb_typeof(d.data -> 'layers') = 'array'
        THEN jsonb_array_length(d.data -> 'layers') END,
    'layers', CASE
        WHEN (SELECT count(DISTINCT architecture) FROM picked) < 2 THEN NULL
        WHEN jsonb_typeof(d.data -> 'layers') <> 'array' THEN NULL
        WHEN jsonb_array_length(d.data -> 'layers') > %(most_layers)s THEN NULL
        WHEN length((d.data -> 'layers')::text) <= %(largest_layers)s THEN d.data -> 'layers' END)
WHEN 'data' THEN jsonb_build_object(
    'samples', d.data -> 'samples',
    'form', CASE WHEN d.data ? 'x'
        THEN md5(jsonb_build_array(d.data -> 'x', d.data -> 'y')::text) END)
WHEN 'code' THEN jsonb_build_object(
    'kind', CASE WHEN d.data ->> 'kind' IN ('script', 'notebook') THEN d.data -> 'kind' END,
    'path', left(CASE WHEN jsonb_typeof(d.data -> 'path') = 'string'
        THEN d.data ->> 'path' END, 255),
    'has_diff', jsonb_typeof(d.data #> '{git,diff}') = 'string' AND d.data #>> '{git,diff}' <> '',
    'is_newer', d.data -> 'is_newer' = 'true'::jsonb,
    'warnings', (
        SELECT jsonb_agg(kind) FROM (
            SELECT kind FROM jsonb_path_query(d.data, '$.warnings[*].kind') AS kind
            WHERE jsonb_typeof(kind) = 'string' AND length(kind::text) < 20
            LIMIT %(most_warnings)s
        ) AS kinds))
WHEN 'environment' THEN jsonb_build_object(
    'dirty', d.data #> '{git,dirty}',
    'has_no_seed', d.data ? 'keras' AND d.data -> 'seed' = 'null'::jsonb,
    'backend', CASE WHEN length(d.data ->> 'backend') < 100 THEN d.data -> 'backend' END,
    'python', CASE WHEN length(d.data ->> 'python') < 100 THEN d.data -> 'python' END,
    'seed', CASE WHEN length(d.data ->> 'seed') < 40 THEN d.data -> 'seed' END,
    'packages', CASE
        WHEN (SELECT count(*) FROM picked) > 1
            AND length((d.data -> 'packages')::text) <= %(largest_packages)s
        THEN d.data -> 'packages' END,
    'packages_digest', md5((d.data -> 'packages')::text))
END
"""
FACTS = f"""
WITH picked AS MATERIALIZED (
    SELECT id, number, name, model_version, architecture, data_hash, code_hash, commit,
           CASE WHEN id <> %(run)s::uuid THEN params::text END AS params
    FROM runs_run WHERE project_id = %(project)s AND id = ANY(%(ids)s::uuid[])
)
SELECT p.*, (
    SELECT jsonb_object_agg(d.kind, {PICKED})::text
    FROM runs_rundocument d
    WHERE d.project_id = %(project)s AND d.run_id = p.id
          AND d.kind IN ('model', 'data', 'code', 'environment')
), CASE WHEN p.id = %(run)s::uuid THEN ({SAID}) END FROM picked p
"""  # noqa: S608 - put together from texts of this module
# The order of equal values is that of `runs.pages.records`: who ended first keeps the record.
PLACES = """
SELECT count(*) FILTER (WHERE s.{column} {better} %(value)s), count(*),
       count(*) FILTER (WHERE s.{column} = %(value)s),
       count(*) FILTER (WHERE s.{column} = %(value)s
           AND (coalesce(r.finished_at, r.started_at), r.id) < (%(at)s, %(run)s::uuid)),
       EXISTS (SELECT 1 FROM runs_metricstate WHERE project_id = %(project)s AND stale),
       (SELECT b.id FROM runs_metricsummary t
        JOIN runs_run b ON b.project_id = t.project_id AND b.id = t.run_id
        WHERE t.project_id = %(project)s AND t.name = %(metric)s AND t.{column} IS NOT NULL
              AND b.id <> %(run)s::uuid AND b.trashed_at IS NULL AND b.archived_at IS NULL
        ORDER BY t.{column} {order}, coalesce(b.finished_at, b.started_at), b.id LIMIT 1),
       min(s.{column}), max(s.{column}),
       {previous}
FROM runs_metricsummary s
JOIN runs_run r ON r.project_id = s.project_id AND r.id = s.run_id
WHERE s.project_id = %(project)s AND s.name = %(metric)s AND s.{column} IS NOT NULL
      AND r.id <> %(run)s::uuid AND r.trashed_at IS NULL AND r.archived_at IS NULL
"""
# Nobody's runs have no person in common.
PREVIOUS = """
(SELECT id FROM runs_run WHERE project_id = %(project)s AND user_id = %(user)s
     AND number < %(number)s AND trashed_at IS NULL ORDER BY number DESC LIMIT 1)
"""
Places = tuple[Standing | None, UUID | None, float | None, UUID | None]


def record_of(run: Run, objective: Objective | None) -> Record:
    """The record of a run as it is now.

    Args:
        run: from `runs.queries`, with project, metrics and state.
    """
    standing, best, value, previous = places_of(run, objective)
    facts, said = _facts_of(run, {found for found in (run.id, best, previous) if found})
    return Record(
        run=run,
        status=run.shown_status,
        objective=objective,
        facts=facts[run.id],
        delivery=delivery_of(run, said),
        standing=standing,
        previous=facts.get(previous) if previous else None,
        best=replace(facts[best], value=value) if best in facts else None,
        difference=reverse("runs:difference", args=[run.id]),
        found=found_in(run),
    )


def places_of(run: Run, objective: Objective | None) -> Places:
    """The run's rank, the best of the others with its value, and the person's previous run.

    A run that is aside has no rank, and is set beside no best one, nor is the record's holder.
    """
    if objective is None or run.trashed_at or run.archived_at:
        rows = rows_of(f"SELECT {PREVIOUS}", _keys(run))
        return None, None, None, rows[0][0]
    row = _places(run, objective)
    if row[4]:
        metrics.sync_search_rows(project_id=run.project_id)
        row = _places(run, objective)
    ahead, others, equal, earlier, _, best, low, high, previous = row
    summary = run.metrics.get(objective.metric)
    own = best_of(summary, objective.mode)[0] if summary else None
    if own is None:
        standing = None
    else:
        standing = Standing(ahead + 1, others + 1, equal, not ahead and not earlier)
    if standing and standing.is_record:
        best = None
    return standing, best, low if objective.mode == "min" else high, previous


def _places(run: Run, objective: Objective) -> Sequence[Any]:
    is_min = objective.mode == "min"
    statement = PLACES.format(
        column="min" if is_min else "max",
        better="<" if is_min else ">",
        order="ASC" if is_min else "DESC",
        previous=PREVIOUS,
    )
    summary = run.metrics.get(objective.metric)
    value = best_of(summary, objective.mode)[0] if summary else None
    at = run.finished_at or run.started_at
    return rows_of(statement, _keys(run) | {"metric": objective.metric, "value": value, "at": at})[
        0
    ]


def _keys(run: Run) -> dict[str, Any]:
    return {
        "project": run.project_id,
        "run": run.id,
        "user": run.user_id,
        "number": run.number,
    }


def _facts_of(run: Run, ids: set[UUID]) -> tuple[dict[UUID, Facts], str | None]:
    """The facts of each run, and what clients said of the delivery of the one itself.

    Its parameters are there already.
    """
    rows = rows_of(
        FACTS,
        {
            "project": run.project_id,
            "run": run.id,
            "ids": list(ids),
            "most_layers": MOST_LAYERS,
            "largest_layers": LARGEST_LAYERS,
            "largest_packages": LARGEST_PACKAGES,
            "most_warnings": MOST_WARNINGS,
        },
    )
    found = {row[0]: _facts(run, *row[:-1]) for row in rows}
    said = next((row[-1] for row in rows if row[0] == run.id), None)
    # A run may have been purged in between.
    return {run.id: Facts(run.number, run.name, run.get_absolute_url()), **found}, said


def _facts(run: Run, id_: UUID, number: int, name: str, *rest: Any) -> Facts:
    version, architecture, data_hash, code_hash, commit, params, documents = rest
    parameters: Mapping[str, Any] = run.params if params is None else json.loads(params)
    return Facts(
        number=number,
        name=name,
        address=f"/runs/{id_}/",
        params=parameters,
        model_version=version,
        architecture=architecture,
        data_hash=data_hash,
        code_hash=code_hash,
        commit=commit,
        documents=orjson.loads(documents) if documents else {},
    )
