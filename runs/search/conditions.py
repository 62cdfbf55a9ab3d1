"""Conditions to SQL. Names and values of people are parameters, never identifiers."""

import operator
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from functools import reduce
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from ahnb_platform.accounts.models import User

from ..metrics.models import MetricSummary
from ..models import Run, RunParam, Status
from ..params import LONGEST_TEXT
from . import values
from .errors import QueryError
from .expressions import is_status, plain_value
from .fields import NUMBERS, TEXTS, TIMES, Field
from .grammar import Comparison, Condition, Every, Not, Some

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
    found = [part for part in parts if _is_narrow(part)]
    return found if len(found) == len(parts) else []


def _is_narrow(condition: Condition) -> bool:
    """Whether the rows of one metric or parameter say which runs match."""
    return (
        isinstance(condition, Comparison)
        and condition.field.kind in _ROWS
        and condition.operator != "is missing"
    )


def _where(condition: Condition, project_id: int) -> Q:
    if isinstance(condition, Not):
        return _unless(condition.part, project_id)
    if isinstance(condition, Comparison):
        return _comparison(condition, project_id)
    if isinstance(condition, Some):
        return _some(condition, project_id)
    return reduce(operator.and_, [_where(part, project_id) for part in condition.parts])


def _some(condition: Some, project_id: int) -> Q:
    """Narrow rows are joined first, so that one pass over the runs is enough."""
    narrow = [_rows_of(part, project_id) for part in condition.parts if _is_narrow(part)]
    found = [_where(part, project_id) for part in condition.parts if not _is_narrow(part)]
    if narrow:
        first, *others = [rows.values("run_id") for rows in narrow]
        found.append(Q(id__in=first.union(*others) if others else first))
    return reduce(operator.or_, found)


def _unless(condition: Condition, project_id: int) -> Q:
    """An anti-join for narrow rows: PostgreSQL makes none of NOT IN."""
    if not _is_narrow(condition):
        return ~_where(condition, project_id)
    return Q(~Exists(_rows_of(condition, project_id).filter(run_id=OuterRef("id"))))


def _rows_of(comparison: Any, project_id: int) -> QuerySet[Any]:
    return _ROWS[comparison.field.kind](comparison, project_id)


def _comparison(comparison: Comparison, project_id: int) -> Q:
    if comparison.field.kind not in _ROWS:
        return _plain(comparison)
    if comparison.operator == "is missing":
        return _unless(replace(comparison, operator="is not missing"), project_id)
    return Q(id__in=_rows_of(comparison, project_id).values("run_id"))


def _compared(path: str, operator_: str, found: list[Any]) -> Q:
    """`path` beside values; a missing value matches nothing, not even `!=`."""
    if operator_ == "!=":
        return Q(**{f"{path}__lt": found[0]}) | Q(**{f"{path}__gt": found[0]})
    if operator_.startswith("is "):
        return Q(**{f"{path}__isnull": operator_ == "is missing"})
    if operator_.startswith("not "):
        there = Q(**{f"{path}__isnull": False})
        return there & ~_compared(path, operator_.removeprefix("not "), found)
    value = found if operator_ == "in" else found[0]
    return Q(**{f"{path}__{LOOKUPS[operator_]}": value})


def _metric_rows(comparison: Comparison, project_id: int) -> QuerySet[Any]:
    field = comparison.field
    _refuse_like(comparison)
    numbers = [values.number(value, at) for value, at in comparison.placed]
    return MetricSummary.objects.filter(
        _compared(field.part, comparison.operator, numbers), project_id=project_id, name=field.name
    )


def _param_rows(comparison: Comparison, project_id: int) -> QuerySet[Any]:
    rows = RunParam.objects.filter(project_id=project_id, key=comparison.field.name)
    return rows.filter(_param(comparison))


def _param(comparison: Comparison) -> Q:
    """Numbers are compared with numbers, texts with the text form of any value."""
    operator_ = comparison.operator
    if operator_.startswith("is "):
        return Q()
    numbers = [values.number(*pair) for pair in comparison.placed if not isinstance(pair[0], str)]
    texts = [_param_text(*pair) for pair in comparison.placed if isinstance(pair[0], str)]
    if not texts:
        return _compared("number", operator_, numbers)
    if not numbers:
        return _compared("text", operator_, texts)
    either = Q(number__in=numbers) | Q(text__in=texts)
    return ~either if operator_ == "not in" else either


def _param_text(value: Any, field: Field) -> str:
    """The text as the narrow rows hold it: cut."""
    return values.text(value, field)[:LONGEST_TEXT]


def _plain(comparison: Comparison) -> Q:
    name = comparison.field.name
    if comparison.operator.startswith("is "):
        missing = _missing(name)
        return missing if comparison.operator == "is missing" else ~missing
    if name in TEXTS:
        return _text(comparison)
    if name in TIMES or name in NUMBERS:
        return _measure(comparison)
    positive, is_negated = _affirmed(comparison)
    found = {"status": _status, "user": _user, "tag": _tag}[name](positive)
    return ~found if is_negated else found


def _missing(name: str) -> Q:
    """What has no value: null, or the empty text that stands for none."""
    if name in TEXTS:
        return Q(**{_column(name): ""})
    if name == "tag":
        return Q(tags=[])
    column = {"user": "user_id", "status": "status"}.get(name) or _COLUMNS[name]
    return Q(**{f"{column}__isnull": True})


def _affirmed(comparison: Comparison) -> tuple[Comparison, bool]:
    """The comparison without its negation, and whether it had one."""
    affirmed = {"!=": "=", "not in": "in", "not like": "like"}.get(comparison.operator)
    if affirmed is None:
        return comparison, False
    return replace(comparison, operator=affirmed), True


def _column(name: str) -> str:
    return "model_name" if name == "model" else name


def _text(comparison: Comparison) -> Q:
    """A run's own texts; one that nobody gave is the empty text."""
    positive, is_negated = _affirmed(comparison)
    found = [values.text(value, at) for value, at in comparison.placed]
    compared = _compared(_column(comparison.field.name), positive.operator, found)
    return ~compared if is_negated else compared


def _measure(comparison: Comparison) -> Q:
    field = comparison.field
    _refuse_like(comparison)
    read: Callable[[Any, Field], Any] = values.moment if field.name in TIMES else values.number
    if field.name in WHOLE:
        read = _whole
    found = [read(value, at) for value, at in comparison.placed]
    return _compared(_COLUMNS[field.name], comparison.operator, found)


def _status(comparison: Comparison) -> Q:
    """The statuses that fit are chosen here; there are only a handful."""
    _only_equality(comparison)
    return reduce(operator.or_, [is_status(_known(*pair)) for pair in comparison.placed])


def _known(value: Any, field: Field) -> str:
    status = values.text(value, field).lower()
    if status in STATUSES:
        return status
    close = get_close_matches(status, STATUSES, 1)
    meant = f" Did you mean {close[0]}?" if close else ""
    raise QueryError(f"A status is one of {', '.join(STATUSES)}.{meant}", position=field.position)


def _user(comparison: Comparison) -> Q:
    texts = [values.text(value, at) for value, at in comparison.placed]
    if comparison.operator != "like":
        _only_equality(comparison)
    people = User.objects.filter(
        _compared("email", comparison.operator, [text.lower() for text in texts])
        | _compared("name", comparison.operator, texts)
    )
    return Q(user_id__in=people.values("pk"))


def _tag(comparison: Comparison) -> Q:
    """A run has many; `=` is one of them, `!=` none of them."""
    _only_equality(comparison)
    return Q(tags__overlap=[values.text(value, at) for value, at in comparison.placed])


def _only_equality(comparison: Comparison) -> None:
    if comparison.operator not in ("=", "in"):
        raise QueryError(
            f"{comparison.field} is compared by =, !=, in or is missing.",
            position=comparison.field.position,
        )


def _refuse_like(comparison: Comparison) -> None:
    if comparison.operator.endswith("like"):
        raise QueryError(
            f"{comparison.field} is no text; like is for texts.",
            position=comparison.field.position,
        )


def _whole(value: Any, field: Field) -> int:
    number = values.number(value, field)
    if number != int(number):
        raise QueryError(f"{field} is compared with a whole number.", position=field.position)
    return int(number)


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
