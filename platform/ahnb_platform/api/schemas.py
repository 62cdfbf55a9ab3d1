"""Pieces of the OpenAPI schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema

from .fields import Schema

MOMENT: Schema = {"type": "string", "format": "date-time"}
NULLABLE_MOMENT: Schema = {**MOMENT, "nullable": True}
USER: Schema = {
    "type": "object",
    "nullable": True,
    "required": ["name", "email"],
    "properties": {"name": {"type": "string"}, "email": {"type": "string"}},
}


def ref(name: str) -> Schema:
    """A named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def of(**properties: Schema) -> Schema:
    """An object that always has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def listing(item: Schema, **more: Schema) -> Schema:
    """A page of a list."""
    return of(
        results={"type": "array", "items": item},
        next={"type": "string", "nullable": True},
        total={"type": "integer", "minimum": 0},
        **more,
    )


COMPONENTS: dict[str, Schema] = {
    "Fault": of(pointer={"type": "string"}, code={"type": "string"}, detail={"type": "string"}),
    "Problem": of(
        type={"type": "string"},
        title={"type": "string"},
        status={"type": "integer"},
        detail={"type": "string"},
        code={"type": "string"},
        request_id={"type": "string"},
        errors={"type": "array", "items": ref("Fault")},
    ),
}


def describe(
    operation: str,
    answers: Mapping[int, Schema | None],
    *problems: int,
    body: Schema | None = None,
    **more: Any,
) -> Any:
    """A decorator for the method of a view.

    Args:
        operation: the operation's id.
        answers: the good answers by status; None for one without a body.
        problems: further statuses, beside 401, 403, 404 and 503, that problem documents have.
        body: what the call takes.
    """
    responses: dict[Any, Any] = dict(answers)
    usual: Sequence[int] = (401, 403, 404, 503)
    refused = (400, 411, 413, 415, 422) if body else ()
    for status in sorted({*usual, *refused, *problems}):
        responses[status, "application/problem+json"] = ref("Problem")
    request = {"application/json": body} if body else None
    return extend_schema(operation_id=operation, request=request, responses=responses, **more)
