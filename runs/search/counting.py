"""How many runs match: where metrics and parameters decide, their narrow rows are counted.

The rest of the runs' rows need not be read, and the runs that lack something are all the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Count, Func, Q, QuerySet, UUIDField

from ..models import Run
from .conditions import Scope, matching, where
from .narrow import fits, is_narrow, rests_on_narrow, rows_of
from .tree import Comparison, Condition, Every, Not, Some

# What lists leave out; there is an index of these runs.
HIDDEN = ~Q(trashed_at=None) | ~Q(archived_at=None)
LISTED = """
SELECT (SELECT count(*) FROM runs_run WHERE project_id = %s)
     - (SELECT count(*) FROM runs_run WHERE project_id = %s
        AND (trashed_at IS NOT NULL OR archived_at IS NOT NULL))
"""
# Up to so many matches are told while they are counted: to look each of them up then costs less
# than to walk an order until so few have filled a page.
MOST_TOLD = 1_500


@dataclass(frozen=True)
class Matched:
    """How many match, and which they are where they are few (else None)."""

    number: int
    ids: Sequence[UUID] | None = None


def count_of_matches(
    project_id: int, condition: Condition | None, listed: int | None = None
) -> Matched:
    """How many listed runs the condition matches.

    Args:
        listed: how many the project lists, if the caller knows.
    """
    if condition is None:
        return Matched(number_of_listed(project_id) if listed is None else listed)
    if rests_on_narrow(condition):
        rows = _rows(_plainly(condition), project_id)
        if rows is not None:
            return _count(rows, "run_id")
        others = _rows(_plainly(Not(condition)), project_id)
        if others is not None:
            listed = number_of_listed(project_id) if listed is None else listed
            return Matched(listed - others.count())
    return _count(matching(project_id, condition).runs, "id")


class _IfFew(Func):
    """The second of a count and a list, where the count is small; else null."""

    template = "CASE WHEN %(expressions)s END"
    arg_joiner = f" <= {MOST_TOLD} THEN "
    arity = 2
    output_field = ArrayField(UUIDField())


def _count(rows: QuerySet[Any], run_id: str) -> Matched:
    if rows.query.combinator:
        return Matched(rows.count())
    told = _IfFew(Count("*"), ArrayAgg(run_id))
    found = rows.aggregate(number=Count("*"), ids=told)
    # Of no rows the list is null, too.
    return Matched(found["number"], found["ids"] if found["number"] else ())


def number_of_listed(project_id: int) -> int:
    """All runs less the hidden ones: both are counted in indexes alone."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED, [project_id, project_id])
        (number,) = cursor.fetchone()
    return int(number)


def _plainly(condition: Condition, *, is_negated: bool = False) -> Condition:
    """The same with `not` before single comparisons alone, and nothing missing."""
    if isinstance(condition, Not):
        return _plainly(condition.part, is_negated=not is_negated)
    if isinstance(condition, Comparison):
        if condition.operator == "is missing":
            condition, is_negated = replace(condition, operator="is not missing"), not is_negated
        return Not(condition) if is_negated else condition
    parts = tuple(_plainly(part, is_negated=is_negated) for part in condition.parts)
    # Of brackets that are negated, `and` becomes `or`.
    return Every(parts) if isinstance(condition, Every) != is_negated else Some(parts)


def _rows(condition: Condition, project_id: int) -> QuerySet[Any] | None:
    """Rows of which each is one matching run; None where no rows are like that."""
    if isinstance(condition, Some):
        sets = [_rows(part, project_id) for part in condition.parts]
        found = [rows.values("run_id") for rows in sets if rows is not None]
        return found[0].union(*found[1:]) if len(found) == len(sets) else None
    parts = condition.parts if isinstance(condition, Every) else (condition,)
    first = next((part for part in parts if is_narrow(part)), None)
    if not isinstance(first, Comparison):
        return None
    rows = _listed(rows_of(first.field, project_id).filter(fits(first)), project_id)
    scope = Scope(project_id, "run_id", first.field)
    others = [where(part, scope) for part in parts if part is not first]
    return rows.filter(reduce(Q.__and__, others)) if others else rows


def _listed(rows: QuerySet[Any], project_id: int) -> QuerySet[Any]:
    """Hardly any run is hidden."""
    hidden = Run.objects.filter(project_id=project_id).filter(HIDDEN)
    return rows.exclude(run_id__in=hidden.values("id"))
