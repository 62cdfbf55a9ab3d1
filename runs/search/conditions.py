"""Conditions to SQL. Names and values of people are parameters, never identifiers."""

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

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
STATUSES = (*Status.values, "lost")


def listed_runs(project_id: int) -> QuerySet[Run]:
    """The runs of a project that lists show."""
    runs = Run.objects.filter(project_id=project_id, trashed_at=None, archived_at=None)
    return runs.alias(duration=plain_value("duration"))


def matching(project_id: int, condition: Condition | None) -> QuerySet[Run]:
    """The listed runs that the condition matches."""
    runs = listed_runs(project_id)
    return runs if condition is None else runs.filter(_where(condition, project_id))


def _where(condition: Condition, project_id: int) -> Q:
    if isinstance(condition, Not):
        return ~_where(condition.part, project_id)
    if isinstance(condition, Comparison):
        return _COMPARE[condition.field.kind](condition, project_id)
    parts = [_where(part, project_id) for part in condition.parts]
    return reduce(operator.and_ if isinstance(condition, Every) else operator.or_, parts)


def _compared(path: str, operator_: str, found: list[Any]) -> Q:
    """`path` beside values; a missing value matches nothing, not even `!=`."""
    if operator_ == "!=":
        return Q(**{f"{path}__lt": found[0]}) | Q(**{f"{path}__gt": found[0]})
    value = found if operator_ == "in" else found[0]
    return Q(**{f"{path}__{LOOKUPS[operator_]}": value})


def _metric(comparison: Comparison, project_id: int) -> Q:
    field = comparison.field
    _refuse_like(comparison)
    numbers = [values.number(value, field) for value in comparison.values]
    rows = MetricSummary.objects.filter(
        _compared(field.part, comparison.operator, numbers), project_id=project_id, name=field.name
    )
    return Q(id__in=rows.values("run_id"))


def _param(comparison: Comparison, project_id: int) -> Q:
    column = "text" if isinstance(comparison.values[0], str) else "number"
    check = _param_text if column == "text" else values.number
    found = [check(value, comparison.field) for value in comparison.values]
    rows = RunParam.objects.filter(
        _compared(column, comparison.operator, found),
        project_id=project_id,
        key=comparison.field.name,
    )
    return Q(id__in=rows.values("run_id"))


def _param_text(value: Any, field: Field) -> str:
    """The text as the narrow rows hold it: cut."""
    return values.text(value, field)[:LONGEST_TEXT]


def _plain(comparison: Comparison, project_id: int) -> Q:  # noqa: ARG001 - as the others
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
    if field.name == "number":
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
}
_COMPARE = {"metric": _metric, "param": _param, "plain": _plain}
