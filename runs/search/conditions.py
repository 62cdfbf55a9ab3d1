"""Conditions to SQL. Names and values of people are parameters, never identifiers."""

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from ..models import Run
from .expressions import plain_value
from .fields import Field
from .narrow import fits, is_narrow, rests_on_plain, rows_of
from .plain import plain
from .tree import Comparison, Condition, Every, Not, Some

# Beyond so many metrics and parameters joined by `or`, one set of ids is made first.
MOST_LOOKUPS = 8


@dataclass(frozen=True)
class Scope:
    """What a condition is asked of: runs, or the narrow rows of one field.

    Args:
        run_id: the column that holds the id of the run.
        own: the metric or parameter whose rows are asked: what compares it looks at the row itself.
    """

    project_id: int
    run_id: str = "id"
    own: Field | None = None

    def is_own(self, field: Field) -> bool:
        return self.own is not None and (self.own.kind, self.own.name) == (field.kind, field.name)


@dataclass(frozen=True)
class Matches:
    """The listed runs of a project that a condition matches; `ids` are all of them, if known."""

    project_id: int
    condition: Condition | None
    ids: Sequence[UUID] | None = None

    @property
    def runs(self) -> QuerySet[Run]:
        runs = listed_runs(self.project_id)
        if self.ids is not None:
            return runs.filter(id__in=self.ids)
        if self.condition is None:
            return runs
        return runs.filter(where(self.condition, Scope(self.project_id)))

    def among(self, rows: QuerySet[Any], field: Field) -> QuerySet[Any]:
        """Of the narrow rows of `field`, those of these runs.

        What metrics and parameters decide is asked of each row: they are walked in their order,
        and a page ends the walk. Runs that are known are looked up instead.
        """
        if self.ids is not None:
            return rows.filter(run_id__in=self.ids)
        parts = parts_of(self.condition)
        plain_parts = tuple(filter(rests_on_plain, parts))
        runs = Matches(self.project_id, Every(plain_parts) if plain_parts else None).runs
        scope = Scope(self.project_id, "run_id", field)
        for part in parts:
            if not rests_on_plain(part):
                rows = rows.filter(where(part, scope))
        return rows.filter(run_id__in=runs.values("id"))


def matching(
    project_id: int, condition: Condition | None, ids: Sequence[UUID] | None = None
) -> Matches:
    """The listed runs that the condition matches; they are `ids` where the caller knows."""
    return Matches(project_id, condition, ids)


def listed_runs(project_id: int) -> QuerySet[Run]:
    """The runs of a project that lists show."""
    runs = Run.objects.filter(project_id=project_id, trashed_at=None, archived_at=None)
    return runs.alias(duration=plain_value("duration"), findings=plain_value("findings"))


def parts_of(condition: Condition | None) -> tuple[Condition, ...]:
    """What must all hold."""
    if condition is None:
        return ()
    return condition.parts if isinstance(condition, Every) else (condition,)


def where(condition: Condition, scope: Scope) -> Q:
    """The condition as it is asked of the scope's rows.

    Raises:
        QueryError: a field is not compared like that.
    """
    if scope.run_id != "id" and rests_on_plain(condition):
        runs = matching(scope.project_id, condition).runs
        return Q(Exists(runs.filter(id=OuterRef(scope.run_id))))
    if isinstance(condition, Not):
        return ~where(condition.part, scope)
    if isinstance(condition, Comparison):
        return _comparison(condition, scope)
    if isinstance(condition, Some):
        return _some(condition, scope)
    return reduce(operator.and_, [where(part, scope) for part in condition.parts])


def _comparison(comparison: Comparison, scope: Scope) -> Q:
    if comparison.field.kind == "plain":
        return plain(comparison)
    if comparison.operator == "is missing":
        return ~_comparison(replace(comparison, operator="is not missing"), scope)
    return _narrow(comparison.field, fits(comparison), scope)


def _narrow(field: Field, fitting: Q, scope: Scope) -> Q:
    """The runs that have a fitting row of the field.

    EXISTS can be planned as a join, as a set and as a look a row; IN beside OR as a set alone.
    """
    if scope.is_own(field):
        return fitting
    rows = rows_of(field, scope.project_id).filter(fitting)
    return Q(Exists(rows.filter(run_id=OuterRef(scope.run_id))))


def _some(condition: Some, scope: Scope) -> Q:
    """Comparisons of one field are one look, and so are all facts of the run."""
    fitting = _by_field(part for part in condition.parts if is_narrow(part))
    facts = tuple(part for part in condition.parts if rests_on_plain(part))
    others = [part for part in condition.parts if not (is_narrow(part) or rests_on_plain(part))]
    found = [where(part, scope) for part in others]
    if facts:
        found.append(_any_fact(facts, scope))
    if len(fitting) > MOST_LOOKUPS:
        found.append(_among_ids(fitting, scope))
    else:
        found += [_narrow(field, q, scope) for field, q in fitting]
    return reduce(operator.or_, found)


def _any_fact(facts: tuple[Condition, ...], scope: Scope) -> Q:
    if scope.run_id != "id":
        return where(Some(facts), scope)
    return reduce(operator.or_, [where(part, scope) for part in facts])


def _among_ids(fitting: list[tuple[Field, Q]], scope: Scope) -> Q:
    sets = [rows_of(field, scope.project_id).filter(q) for field, q in fitting]
    first, *others = [rows.values("run_id") for rows in sets]
    return Q(**{f"{scope.run_id}__in": first.union(*others)})


def _by_field(comparisons: Iterable[Any]) -> list[tuple[Field, Q]]:
    """Each metric or parameter once, with what fits any of its comparisons."""
    fitting: dict[tuple[str, str], tuple[Field, Q]] = {}
    for one in comparisons:
        key = (one.field.kind, one.field.name)
        before = fitting.get(key)
        fitting[key] = (one.field, before[1] | fits(one) if before else fits(one))
    return list(fitting.values())
