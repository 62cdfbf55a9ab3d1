"""A run in words, made from the record alone: what cannot be proved is not said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .. import metrics
from ..models import Run
from ..params import flattened, text_of
from .overview import Objective

MOST_CHANGES = 6
# Differ between any two runs without having been chosen.
NOT_CHOSEN = ("seed", "version", "path")


@dataclass(frozen=True)
class Standing:
    """The run among the project's: `place` 1 is the best; runs without the metric are left out.

    Attributes:
        shared_with: how many others have the very same value.
        is_record: whether it is the best so far; of equal ones, the first that got there.
    """

    place: int
    of: int
    shared_with: int
    is_record: bool


@dataclass(frozen=True)
class Change:
    """One parameter beside the same one of another run; "" where there is none."""

    name: str
    before: str
    after: str


def standing_of(run: Run, objective: Objective) -> Standing | None:
    """The rank of the run's best value; equal values share a place. None without a value."""
    summary = run.metrics.get(objective.metric)
    value = summary and getattr(summary, objective.part)
    if value is None:
        return None
    *places, is_stale = _places(run, objective, value)
    if is_stale:
        metrics.sync_search_rows(project_id=run.project_id)
        *places, _ = _places(run, objective, value)
    ahead, others, equal, earlier = places
    is_listed = run.trashed_at is None and run.archived_at is None
    return Standing(ahead + 1, others + 1, equal, is_listed and not ahead and not earlier)


def _places(run: Run, objective: Objective, value: float) -> Sequence[Any]:
    """How many others are ahead, are there, have the same value, and had it earlier.

    And whether the rows that tell this lag behind the points.
    """
    column, better = ("min", "<") if objective.mode == "min" else ("max", ">")
    with connection.cursor() as cursor:
        # Column and operator are one of two constants. The order is that of `records_of`.
        cursor.execute(
            f"""
            SELECT count(*) FILTER (WHERE s.{column} {better} %s), count(*),
                   count(*) FILTER (WHERE s.{column} = %s),
                   count(*) FILTER (WHERE s.{column} = %s
                       AND (coalesce(r.finished_at, r.started_at), r.id) < (%s, %s::uuid)),
                   EXISTS (SELECT 1 FROM runs_metricstate WHERE project_id = %s AND stale)
            FROM runs_metricsummary s
            JOIN runs_run r ON r.project_id = s.project_id AND r.id = s.run_id
            WHERE s.project_id = %s AND s.name = %s AND s.{column} IS NOT NULL AND r.id <> %s
                  AND r.trashed_at IS NULL AND r.archived_at IS NULL
            """,  # noqa: S608
            [
                *(value, value, value),
                *(run.finished_at or run.started_at, run.id, run.project_id),
                *(run.project_id, objective.metric, run.id),
            ],
        )
        found: Sequence[Any] = cursor.fetchone()
    return found


def run_before(run: Run) -> Run | None:
    """The run that the same person began before this one in the project."""
    rows = Run.objects.filter(
        project_id=run.project_id, user_id=run.user_id, number__lt=run.number, trashed_at=None
    )
    return rows.only("id", "number", "name", "params").order_by("-number").first()


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The parameters that differ, by name."""
    return list(_changes(dict(flattened(before)), dict(flattened(after))))


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        was = text_of(before[name]) if name in before else ""
        now = text_of(after[name]) if name in after else ""
        if was != now:
            yield Change(name, was, now)
