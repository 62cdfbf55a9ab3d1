"""Conditions to SQL. Names and values of people are parameters, never identifiers."""

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from ahnb_platform.accounts.models import User

from ..metrics.models import MetricSummary
from ..models import Run, RunParam, Status
from ..params import LONGEST_TEXT
from . import values
from .errors import QueryError
from .expressions import is_status, plain_value
from .fields import NUMBERS, TEXTS, TIMES, Field
from .grammar import Comparison, Condition, Every, Not

LOOKUPS = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "in": "in", "like": "like"}
WHOLE = ("number", "version", "size")
STATUSES = (*Status.values, "lost")
# What lists leave out; there is an index of these runs.
HIDDEN = ~Q(trashed_at=None) | ~Q(archived_at=None)
LISTED = """
SELECT (SELECT count(*) FROM runs_run WHERE project_id = %s)
     - (SELECT count(*) FROM runs_run WHERE project_id = %s
        AND (trashed_at IS NOT NULL OR archived_at IS NOT NULL))
"""


def listed_runs(project_id: int) -> QuerySet[Run]:
    """The runs of a project that lists show."""
    runs = Run.objects.filter(project_id=project_id, trashed_at=None, archived_at=None)
    return runs.alias(duration=plain_value("duration"))


def matching(project_id: int, condition: Condition | None) -> QuerySet[Run]:
    """The listed runs that the condition matches."""
    runs = listed_runs(project_id)
    return runs if condition is None else runs.filter(_where(condition, project_id))


def number_of_matches(project_id: int, condition: Condition | None) -> int:
    """How many listed runs the condition matches.

    Where narrow rows alone decide they are counted, through their index: hardly any run is hidden,
    and the rest of their rows need not be read.
    """
    if condition is None:
        return _number_of_listed(project_id)
    comparisons = _narrow_comparisons(condition)
    if not comparisons:
        return matching(project_id, condition).count()
    first, *others = [_ROWS[one.field.kind](one, project_id) for one in comparisons]
    hidden = Run.objects.filter(project_id=project_id).filter(HIDDEN)
    for rows in others:
        first = first.filter(run_id__in=rows.values("run_id"))
    return first.exclude(run_id__in=hidden.values("id")).count()


def _number_of_listed(project_id: int) -> int:
    """All runs less the hidden ones: both are counted in indexes alone."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED, [project_id, project_id])
        (number,) = cursor.fetchone()
    return int(number)


def _narrow_comparisons(condition: Condition) -> list[Comparison]:
    """The comparisons of metrics and parameters that must all hold; none if there is more to it."""
    parts = condition.parts if isinstance(condition, Every) else (condition,)
    found = [part for part in parts if isinstance(part, Comparison) and part.field.kind in _ROWS]
    return found if len(found) == len(parts) else []


def _where(condition: Condition, project_id: int) -> Q:
    if isinstance(condition, Not):
        return ~_where(condition.part, project_id)
    if isinstance(condition, Comparison):
        return _comparison(condition, project_id)
    parts = [_where(part, project_id) for part in condition.parts]
    return reduce(operator.and_ if isinstance(condition, Every) else operator.or_, parts)


def _comparison(comparison: Comparison, project_id: int) -> Q:
    rows = _ROWS.get(comparison.field.kind)
    if rows is None:
        return _plain(comparison)
    return Q(id__in=rows(comparison, project_id).values("run_id"))


def _compared(path: str, operator_: str, found: list[Any]) -> Q:
    """`path` beside values; a missing value matches nothing, not even `!=`."""
    if operator_ == "!=":
        return Q(**{f"{path}__lt": found[0]}) | Q(**{f"{path}__gt": found[0]})
    value = found if operator_ == "in" else found[0]
    return Q(**{f"{path}__{LOOKUPS[operator_]}": value})


def _metric_rows(comparison: Comparison, project_id: int) -> QuerySet[Any]:
    field = comparison.field
    _refuse_like(comparison)
    numbers = [values.number(value, field) for value in comparison.values]
    return MetricSummary.objects.filter(
        _compared(field.part, comparison.operator, numbers), project_id=project_id, name=field.name
    )


def _param_rows(comparison: Comparison, project_id: int) -> QuerySet[Any]:
    column = "text" if isinstance(comparison.values[0], str) else "number"
    check = _param_text if column == "text" else values.number
    found = [check(value, comparison.field) for value in comparison.values]
    return RunParam.objects.filter(
        _compared(column, comparison.operator, found),
        project_id=project_id,
        key=comparison.field.name,
    )


def _param_text(value: Any, field: Field) -> str:
    """The text as the narrow rows hold it: cut."""
    return values.text(value, field)[:LONGEST_TEXT]


def _plain(comparison: Comparison) -> Q:
    name = comparison.field.name
    if name in TEXTS:
        return _text(comparison)
    if name in TIMES or name in NUMBERS:
        return _measure(comparison)
    return {"status": _status, "user": _user, "tag": _tag}[name](comparison)


def _text(comparison: Comparison) -> Q:
    column = "model_name" if comparison.field.name == "model" else comparison.field.name
    found = [values.text(value, comparison.field) for value in comparison.values]
    if comparison.operator == "!=":
        return ~Q(**{column: found[0]})
    return _compared(column, comparison.operator, found)


def _measure(comparison: Comparison) -> Q:
    field = comparison.field
    _refuse_like(comparison)
    read: Callable[[Any, Field], Any] = values.moment if field.name in TIMES else values.number
    found = [read(value, field) for value in comparison.values]
    if field.name in WHOLE:
        found = [_whole(value, field) for value in found]
    return _compared(_COLUMNS[field.name], comparison.operator, found)


def _status(comparison: Comparison) -> Q:
    """The statuses that fit are chosen here; there are only a handful."""
    wanted = [values.text(value, comparison.field).lower() for value in comparison.values]
    unknown = [value for value in wanted if value not in STATUSES]
    if unknown:
        raise QueryError(
            f"A status is one of {', '.join(STATUSES)}.", position=comparison.field.position
        )
    _only_equality(comparison)
    found = reduce(operator.or_, [is_status(status) for status in wanted])
    return ~found if comparison.operator == "!=" else found


def _user(comparison: Comparison) -> Q:
    texts = [values.text(value, comparison.field) for value in comparison.values]
    if comparison.operator != "like":
        _only_equality(comparison)
    equality = "=" if comparison.operator == "!=" else comparison.operator
    people = User.objects.filter(
        _compared("email", equality, [text.lower() for text in texts])
        | _compared("name", equality, texts)
    )
    found = Q(user_id__in=people.values("pk"))
    return ~found if comparison.operator == "!=" else found


def _tag(comparison: Comparison) -> Q:
    _only_equality(comparison)
    texts = [values.text(value, comparison.field) for value in comparison.values]
    found = Q(tags__overlap=texts)
    return ~found if comparison.operator == "!=" else found


def _only_equality(comparison: Comparison) -> None:
    if comparison.operator not in ("=", "!=", "in"):
        raise QueryError(
            f"{comparison.field} is compared by =, != or in.", position=comparison.field.position
        )


def _refuse_like(comparison: Comparison) -> None:
    if comparison.operator == "like":
        raise QueryError(
            f"{comparison.field} is no text; like is for texts.",
            position=comparison.field.position,
        )


def _whole(value: float, field: Field) -> int:
    if value != int(value):
        raise QueryError(f"{field} is compared with a whole number.", position=field.position)
    return int(value)


_COLUMNS = {
    "started": "started_at",
    "finished": "finished_at",
    "created": "created_at",
    "number": "number",
    "duration": "duration",
    "version": "model_version",
    "size": "model_parameters",
}
_ROWS: dict[str, Callable[[Comparison, int], QuerySet[Any]]] = {
    "metric": _metric_rows,
    "param": _param_rows,
}
