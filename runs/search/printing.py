"""Conditions as text of the query language: parsed again, the same tree."""

import re

from .fields import Field
from .tree import Comparison, Condition, Every, Not, Scalar

_SEGMENT = re.compile(r"[\w/-]+")


def printed(condition: Condition) -> str:
    """Text that `parse_query` reads as this condition."""
    if isinstance(condition, Comparison):
        return _comparison(condition)
    if isinstance(condition, Not):
        return f"not ({printed(condition.part)})"
    joint = " and " if isinstance(condition, Every) else " or "
    return joint.join(f"({printed(part)})" for part in condition.parts)


def printed_field(field: Field) -> str:
    """A field's name; what is no plain word stands in quotes."""
    if field.kind == "plain":
        return field.name
    if field.kind == "param":
        return "params." + ".".join(_segment(part) for part in field.name.split("."))
    part = "" if field.part == "last" else f".{field.part}"
    return f"metrics.{_segment(field.name)}{part}"


def quoted(text: str) -> str:
    """A text in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def narrowed(q: str, *conditions: str) -> str:
    """A query, which may be empty, with further conditions that each stand by themselves."""
    if not q or not conditions:
        return q or " and ".join(conditions)
    return " and ".join([f"({q})", *conditions])


def _segment(name: str) -> str:
    return name if _SEGMENT.fullmatch(name) else quoted(name)


def _comparison(comparison: Comparison) -> str:
    field, operator = printed_field(comparison.field), comparison.operator
    values = ", ".join(_value(value) for value in comparison.values)
    if operator in ("in", "not in"):
        return f"{field} {operator} ({values})"
    return f"{field} {operator} {values}".rstrip()


def _value(value: Scalar) -> str:
    return quoted(value) if isinstance(value, str) else repr(value)
