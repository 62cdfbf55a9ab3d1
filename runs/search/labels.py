"""Matching runs with the group that each belongs to."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, Func, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from .conditions import matching
from .expressions import plain_value
from .grammar import parse_order, parse_query

PLAIN = ("configuration", "group", "version", "status", "user", "tag")
# A parameter that was given as None counts as missing.
PARAMS = """
SELECT c.id AS run_id, nullif(p.text, 'null') AS label FROM ({matching}) AS c
LEFT JOIN runs_runparam p ON p.project_id = %s AND p.run_id = c.id AND p.key = %s
"""


def labelled(project_id: int, q: str, key: str) -> tuple[str, list[Any]]:
    """SQL that gives `run_id` and `label` (a text; null where missing) of each matching run.

    A run with several tags comes once for each.

    Args:
        key: one of `PLAIN`, or a parameter as the query language names it.

    Raises:
        QueryError: `q` or `key` cannot be understood.
    """
    runs = matching(project_id, parse_query(q)).runs
    field, _ = parse_order(key)
    if field.kind == "param":
        chosen, parameters = _sql(runs.values("id"))
        return PARAMS.format(matching=chosen), [*parameters, project_id, field.name]
    statement, parameters = _sql(runs.annotate(label=_label(field.name)).values("id", "label"))
    return f"SELECT c.id AS run_id, c.label FROM ({statement}) AS c", parameters  # noqa: S608


def matching_ids(project_id: int, q: str) -> tuple[str, list[Any]]:
    """SQL that gives the `id` of each matching run. Raises QueryError."""
    return _sql(matching(project_id, parse_query(q)).runs.values("id"))


def _label(name: str) -> Combinable:
    if name == "tag":
        nothing = Cast(Value([None]), ArrayField(CharField()))
        tags = Case(
            When(tags=[], then=nothing), default=F("tags"), output_field=ArrayField(CharField())
        )
        return Func(tags, function="unnest", output_field=TextField())
    return Cast(plain_value(name), TextField())


def _sql(runs: QuerySet[Any, Any]) -> tuple[str, list[Any]]:
    statement, parameters = runs.query.sql_with_params()
    return statement, list(parameters)
