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

from django.db.models import Exists, OuterRef, Q, QuerySet

from ..models import Run
from .conditions import Matches
from .expressions import plain_value
from .fields import TIMES, Field
from .narrow import rows_of

# A place in an order: the value (None in the last phase) and the run's id.
Place = tuple[Any, UUID]


@dataclass(frozen=True)
class Rows:
    """Runs in the order of a column of their narrow rows."""

    rows: QuerySet[Any]
    field: Field
    column: str
    descending: bool

    def places(self, matches: Matches, after: Place | None, limit: int) -> list[Place]:
        """The next places of the runs that match, at most `limit`."""
        rows = matches.among(self.rows, self.field)
        return _places(rows, self.column, "run_id", self.descending, after, limit)

    def others(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        """Those of `runs` that are not in this phase."""
        return runs.filter(~Exists(self.rows.filter(run_id=OuterRef("id"))))


@dataclass(frozen=True)
class Column:
    """Runs in the order of a value of their own row."""

    name: str
    descending: bool

    def places(self, matches: Matches, after: Place | None, limit: int) -> list[Place]:
        if after is not None and self.name in TIMES:
            after = (datetime.fromisoformat(after[0]), after[1])
        runs = matches.runs.annotate(sort_value=plain_value(self.name)).exclude(sort_value=None)
        return _places(runs, "sort_value", "id", self.descending, after, limit)

    def others(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        return runs.annotate(sort_value=plain_value(self.name)).filter(sort_value=None)


@dataclass(frozen=True)
class Rest:
    """Runs without the value, the newest first."""

    phases: Sequence[Rows | Column]

    def places(self, matches: Matches, after: Place | None, limit: int) -> list[Place]:
        runs = matches.runs
        for phase in self.phases:
            runs = phase.others(runs)
        if after is not None:
            runs = runs.filter(id__lt=after[1])
        ids = runs.order_by("-id").values_list("id", flat=True)[:limit]
        return [(None, run_id) for run_id in ids]


Phase = Rows | Column | Rest


def phases_of(project_id: int, field: Field, *, descending: bool) -> list[Phase]:
    """The phases of an order by `field`."""
    valued: list[Rows | Column]
    if field.kind == "plain":
        valued = [Column(field.name, descending)]
    elif field.kind == "metric":
        rows = rows_of(field, project_id).exclude(**{field.part: None})
        valued = [Rows(rows, field, field.part, descending)]
    else:
        rows = rows_of(field, project_id)
        valued = [
            Rows(rows.exclude(number=None), field, "number", descending),
            Rows(rows.filter(number=None), field, "text", descending),
        ]
    return [*valued, Rest(valued)]


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
