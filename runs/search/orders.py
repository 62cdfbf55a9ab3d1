"""Orders as rows of phases.

A run that lacks the value comes last, whichever way the order goes. One query cannot say so and
still walk an index, so the runs with a number come from one query, those with a text from the
next, and those with nothing from the last; a page stops as soon as it is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from ..metrics.models import MetricSummary
from ..models import Run, RunParam
from .expressions import plain_value
from .fields import TIMES, Field

# A place in an order: the value (None in the last phase) and the run's id.
Place = tuple[Any, UUID]


@dataclass(frozen=True)
class Rows:
    """Runs in the order of a column of their narrow rows."""

    rows: QuerySet[Any]
    column: str
    descending: bool

    def places(self, runs: QuerySet[Run], after: Place | None, limit: int) -> list[Place]:
        """The next places of `runs`, at most `limit`."""
        rows = self.rows.filter(run_id__in=runs.values("id"))
        return _places(rows, self.column, "run_id", self.descending, after, limit)

    def holders(self) -> QuerySet[Any]:
        """The ids of the runs in this phase."""
        return self.rows.values("run_id")


@dataclass(frozen=True)
class Column:
    """Runs in the order of a value of their own row."""

    project_id: int
    name: str
    descending: bool

    def places(self, runs: QuerySet[Run], after: Place | None, limit: int) -> list[Place]:
        if after is not None and self.name in TIMES:
            after = (datetime.fromisoformat(after[0]), after[1])
        runs = runs.annotate(sort_value=plain_value(self.name)).exclude(sort_value=None)
        return _places(runs, "sort_value", "id", self.descending, after, limit)

    def holders(self) -> QuerySet[Any]:
        runs = Run.objects.filter(project_id=self.project_id)
        held = runs.annotate(sort_value=plain_value(self.name)).exclude(sort_value=None)
        return held.values("id")


@dataclass(frozen=True)
class Rest:
    """Runs without the value, the newest first."""

    phases: Sequence[Rows | Column]

    def places(self, runs: QuerySet[Run], after: Place | None, limit: int) -> list[Place]:
        for phase in self.phases:
            runs = runs.exclude(id__in=phase.holders())
        if after is not None:
            runs = runs.filter(id__lt=after[1])
        ids = runs.order_by("-id").values_list("id", flat=True)[:limit]
        return [(None, run_id) for run_id in ids]


Phase = Rows | Column | Rest


def phases_of(project_id: int, field: Field, *, descending: bool) -> list[Phase]:
    """The phases of an order by `field`."""
    valued: list[Rows | Column]
    if field.kind == "plain":
        valued = [Column(project_id, field.name, descending)]
    elif field.kind == "metric":
        rows = _narrow(MetricSummary, project_id, name=field.name)
        rows = rows.exclude(**{field.part: None})
        valued = [Rows(rows, field.part, descending)]
    else:
        rows = _narrow(RunParam, project_id, key=field.name)
        valued = [
            Rows(rows.exclude(number=None), "number", descending),
            Rows(rows.filter(number=None), "text", descending),
        ]
    return [*valued, Rest(valued)]


def _narrow(model: type[Model], project_id: int, **key: str) -> QuerySet[Any]:
    return model._default_manager.filter(project_id=project_id, **key)


def _places(
    rows: QuerySet[Any],
    column: str,
    id_column: str,
    descending: bool,
    after: Place | None,
    limit: int,
) -> list[Place]:
    sign, beyond = ("-", "lt") if descending else ("", "gt")
    if after is not None:
        value, run_id = after
        rows = rows.filter(
            Q(**{f"{column}__{beyond}": value})
            | Q(**{column: value, f"{id_column}__{beyond}": run_id})
        ).filter(**{f"{column}__{beyond}e": value})
    rows = rows.order_by(f"{sign}{column}", f"{sign}{id_column}")
    return list(rows.values_list(column, id_column)[:limit])
