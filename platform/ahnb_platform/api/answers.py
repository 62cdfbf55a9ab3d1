"""Answers of the API as JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpResponse

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def answer(document: Any, status: int = 200) -> HttpResponse:
    """`document` as application/json. Times become RFC 3339 in UTC."""
    return HttpResponse(dumps(document), status=status, content_type="application/json")


def nothing() -> HttpResponse:
    """204: done, and there is nothing to say, so no type of content either."""
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response


def dumps(document: Any) -> bytes:
    """JSON in UTF-8."""
    try:
        return orjson.dumps(document, option=_OPTIONS)
    except orjson.JSONEncodeError:
        # Integers over 64 bits, which a parameter may hold.
        return json.dumps(document, default=_plain, ensure_ascii=False).encode()


def timestamp(moment: datetime | None) -> datetime | None:
    """The time in UTC, as documents carry it; None stays."""
    return None if moment is None else moment.astimezone(UTC)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
