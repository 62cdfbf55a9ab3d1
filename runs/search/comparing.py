"""What comparisons of every kind of field share."""

from dataclasses import replace
from typing import Any

from django.db.models import Q

from .errors import QueryError
from .tree import Comparison

LOOKUPS = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "in": "in", "like": "like"}


def compared(path: str, operator_: str, found: list[Any]) -> Q:
    """`path` beside values; a missing value matches nothing, not even `!=`."""
    if operator_ == "!=":
        return Q(**{f"{path}__lt": found[0]}) | Q(**{f"{path}__gt": found[0]})
    if operator_.startswith("is "):
        return Q(**{f"{path}__isnull": operator_ == "is missing"})
    if operator_.startswith("not "):
        there = Q(**{f"{path}__isnull": False})
        return there & ~compared(path, operator_.removeprefix("not "), found)
    value = found if operator_ == "in" else found[0]
    return Q(**{f"{path}__{LOOKUPS[operator_]}": value})


def affirmed_of(comparison: Comparison) -> tuple[Comparison, bool]:
    """The comparison without its negation, and whether it had one."""
    affirmed = {"!=": "=", "not in": "in", "not like": "like"}.get(comparison.operator)
    if affirmed is None:
        return comparison, False
    return replace(comparison, operator=affirmed), True


def refuse_like(comparison: Comparison) -> None:
    if comparison.operator.endswith("like"):
        raise QueryError(
            f"{comparison.field} is no text; like is for texts.",
            position=comparison.field.position,
        )
