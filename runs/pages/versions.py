"""The versions of a project's models: which there are, what came of them, how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

import orjson

from projects.models import Project

from .. import queries
from ..differences.layers import difference
from ..models import ModelVersion, Run
from .compare.layers import MOST_ROWS, layers_of, words_of
from .difference import in_a_line, layers_card
from .overview import Objective, rows_of

ON_A_PAGE = 20
MOST_RUNS = 20
MOST_CHOICES = 500
# Stored bytes of a model; larger ones are compared on the page of the version alone.
LARGEST_IN_LIST = 150_000


@dataclass(frozen=True)
class Version:
    """One architecture of a project.

    Attributes:
        runs: how many have it, archive and trash left out.
        first: the earliest run that has it and does not lie in the trash, None without one.
        best: the best value of the objective, by the run of that number; None without one.
        line: how its layers differ from the version before; "" for the first one.
    """

    number: int
    architecture: str
    seen_at: datetime
    runs: int
    first: Run | None
    best: float | None
    best_number: int | None
    layers: int | None
    parameters: int | None
    before: int | None
    line: str = ""


def versions_of(
    project: Project, objective: Objective | None, *, below: int | None = None
) -> tuple[list[Version], bool]:
    """The newest versions (those with numbers below `below`), and whether there are more."""
    rows = ModelVersion.objects.filter(project_id=project.pk).order_by("-number")
    if below is not None:
        rows = rows.filter(number__lt=below)
    # One more says what the last one is compared with.
    found = list(rows[: ON_A_PAGE + 1])
    versions = _told(project, objective, found)
    return versions[:ON_A_PAGE], len(found) > ON_A_PAGE


def version_of(
    project: Project, number: int, objective: Objective | None
) -> tuple[Version | None, list[int]]:
    """One version, None where there is none, and the numbers of the newest others."""
    rows = ModelVersion.objects.filter(project_id=project.pk).order_by("-number")
    newest = list(rows[:MOST_CHOICES])
    if not newest or number <= newest[-1].number:
        found = list(rows.filter(number__lte=number)[:2])
    else:
        found = [row for row in newest if row.number <= number][:2]
    if not found or found[0].number != number:
        return None, []
    version = _told(project, objective, found, with_lines=False)[0]
    return version, [row.number for row in newest if row.number != number]


def runs_with(project: Project, number: int) -> list[Run]:
    """The newest runs that have a version."""
    rows = queries.whole_runs(project).filter(
        model_version=number, trashed_at=None, archived_at=None
    )
    return queries.completed(list(rows.order_by("-number")[:MOST_RUNS]), project)


def model_card(project: Project, number: int, against: int | None) -> dict[str, Any]:
    """The layers of a version, and how they differ from those of another."""
    wanted = [number, *([against] if against else [])]
    models = _models(project, wanted, None)
    layers = layers_of(models.get(number, {}))
    other = models.get(against, {}) if against else {}
    return {
        "card": layers_card(other, models.get(number, {}), show_all=False) if against else None,
        "rows": [(layer, words_of(layer)) for layer in layers[:MOST_ROWS]],
        "more_layers": max(len(layers) - MOST_ROWS, 0),
        "model": {key: models.get(number, {}).get(key) for key in ("class", "name", "kind")},
    }


def _told(
    project: Project,
    objective: Objective | None,
    rows: Sequence[ModelVersion],
    *,
    with_lines: bool = True,
) -> list[Version]:
    """What is known of these versions; each is compared with the next one, which came before."""
    numbers = [row.number for row in rows]
    counts = _counts(project, objective, numbers)
    firsts = {told[1] for told in counts.values()}
    runs = queries.whole_runs(project).filter(number__in=firsts)
    by_number = {run.number: run for run in queries.completed(list(runs), project)}
    models = _models(project, numbers, LARGEST_IN_LIST) if with_lines else {}
    found = []
    for row, before in zip_longest(rows, rows[1:]):
        count, first, best, best_number = counts.get(row.number, (0, None, None, None))
        model = models.get(row.number, {})
        run = by_number.get(first or 0)
        found.append(
            Version(
                number=row.number,
                architecture=row.architecture,
                seen_at=row.created_at,
                runs=count,
                first=run,
                best=best,
                best_number=best_number,
                layers=len(layers_of(model)) or None,
                parameters=run.model_parameters if run else None,
                before=before.number if before else None,
                line=_line(models.get(before.number, {}), model) if before else "",
            )
        )
    return found


def _line(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    one, other = layers_of(before), layers_of(after)
    if not one or not other:
        return ""
    found = difference(one, other)
    if found.differing:
        return in_a_line(found)
    return "the same layers, set or connected otherwise"


def _counts(
    project: Project, objective: Objective | None, numbers: Sequence[int]
) -> dict[int, tuple[int, int, float | None, int | None]]:
    """Of each version how many runs have it, the first one's number, the best value and whose."""
    mode = objective.mode if objective else "max"
    column, order = ("min", "ASC") if mode == "min" else ("max", "DESC")
    rows = rows_of(
        f"""
        SELECT r.model_version, count(*) FILTER (WHERE r.archived_at IS NULL), min(r.number),
               {column}(s.{column}),
               (array_agg(r.number ORDER BY s.{column} {order} NULLS LAST, r.number)
                FILTER (WHERE s.{column} IS NOT NULL))[1]
        FROM runs_run r
        LEFT JOIN runs_metricsummary s
            ON s.project_id = %s AND s.run_id = r.id AND s.name = %s AND r.archived_at IS NULL
        WHERE r.project_id = %s AND r.model_version = ANY(%s) AND r.trashed_at IS NULL
        GROUP BY r.model_version
        """,  # noqa: S608 - column and order are one of two constants
        [project.pk, objective.metric if objective else "", project.pk, list(numbers)],
    )
    return {number: (count, first, best, whose) for number, count, first, best, whose in rows}


def _models(
    project: Project, numbers: Sequence[int], largest: int | None
) -> dict[int, dict[str, Any]]:
    """The model of each version as one of its runs recorded it: without what makes it again.

    Args:
        largest: models that take more bytes are left out.
    """
    rows = rows_of(
        """
        SELECT v.number, (d.data - '{config,optimizer_config,compile}'::text[])::text
        FROM runs_modelversion v
        CROSS JOIN LATERAL (
            SELECT id FROM runs_run
            WHERE project_id = v.project_id AND model_version = v.number
            ORDER BY number LIMIT 1
        ) AS r
        JOIN runs_rundocument d
            ON d.project_id = v.project_id AND d.run_id = r.id AND d.kind = 'model'
        WHERE v.project_id = %s AND v.number = ANY(%s) AND jsonb_typeof(d.data) = 'object'
              AND (%s::int IS NULL OR pg_column_size(d.data) <= %s)
        """,
        [project.pk, list(numbers), largest, largest],
    )
    return {number: orjson.loads(text) for number, text in rows}
