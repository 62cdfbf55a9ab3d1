"""Comparisons of metrics and parameters: of narrow rows, one a run."""

from typing import Any

from django.db.models import Q, QuerySet

from ..metrics.models import MetricSummary
from ..models import RunParam
from ..params import LONGEST_TEXT
from . import values
from .comparing import compared, refuse_like
from .fields import Field
from .tree import Comparison, Condition, fields_of

# A row has a value of every column that cannot be null.
THERE = Q(run_id__isnull=False)


def is_narrow(condition: Condition) -> bool:
    """Whether the rows of one metric or parameter say which runs match."""
    return (
        isinstance(condition, Comparison)
        and condition.field.kind != "plain"
        and condition.operator != "is missing"
    )


def rests_on_narrow(condition: Condition) -> bool:
    """Whether metrics and parameters alone decide."""
    return all(field.kind != "plain" for field in fields_of(condition))


def rests_on_plain(condition: Condition) -> bool:
    """Whether what runs say themselves alone decides."""
    return all(field.kind == "plain" for field in fields_of(condition))


def rows_of(field: Field, project_id: int) -> QuerySet[Any]:
    """All rows of a metric or parameter."""
    if field.kind == "metric":
        return MetricSummary.objects.filter(project_id=project_id, name=field.name)
    return RunParam.objects.filter(project_id=project_id, key=field.name)


def fits(comparison: Comparison) -> Q:
    """Which of the field's rows compare so.

    Raises:
        QueryError: the field is not compared like that.
    """
    return _metric(comparison) if comparison.field.kind == "metric" else _param(comparison)


def _metric(comparison: Comparison) -> Q:
    refuse_like(comparison)
    numbers = [values.number(value, at) for value, at in comparison.placed]
    return compared(comparison.field.part, comparison.operator, numbers)


def _param(comparison: Comparison) -> Q:
    """Numbers are compared with numbers, texts with the text form of any value."""
    operator = comparison.operator
    if operator.startswith("is "):
        return THERE
    numbers = [values.number(*pair) for pair in comparison.placed if not isinstance(pair[0], str)]
    texts = [_text(*pair) for pair in comparison.placed if isinstance(pair[0], str)]
    if not texts:
        return compared("number", operator, numbers)
    if not numbers:
        return compared("text", operator, texts)
    either = Q(number__in=numbers) | Q(text__in=texts)
    return ~either if operator == "not in" else either


def _text(value: Any, field: Field) -> str:
    """The text as the narrow rows hold it: cut."""
    return values.text(value, field)[:LONGEST_TEXT]
