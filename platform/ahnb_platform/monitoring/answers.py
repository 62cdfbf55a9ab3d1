"""Each answer is told: a line in the access log, and a count in the metrics."""

import logging
import re
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .counting import METERS

# What the log leaves out unless it is told to say all: what programs ask again and again.
FREQUENT = ("/api/v1/runs/<run_id>/batches/", "/healthz", "/readyz", "/metrics")
NO_ROUTE = "-"

logger = logging.getLogger("ahnb.access")


def tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Tell of an answer that Django gave."""
    match = request.resolver_match
    route = readable(match.route) if match else NO_ROUTE
    length = response.get("Content-Length", "")
    size = int(length) if length.isdigit() else None
    if size is None and not response.streaming:
        size = len(response.content)  # type: ignore[attr-defined]
    told(request.method or "", route, response.status_code, seconds, size)


def told(method: str, route: str, status: int, seconds: float, size: int | None) -> None:
    """Tell of an answer.

    Args:
        route: as the table of routes writes it, never the path, which may hold a secret.
        size: bytes of the body; None where it is streamed.
    """
    if METERS is not None:
        METERS.count_answer(route, method, status, seconds)
    if is_logged(route, status):
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": size,
        }
        logger.info("answered", extra={"fields": fields})


def is_logged(route: str, status: int) -> bool:
    if settings.ACCESS_LOG == "most":
        return status >= 400 or route not in (*FREQUENT, NO_ROUTE)
    return bool(settings.ACCESS_LOG == "all")


@lru_cache(maxsize=1000)
def readable(route: str) -> str:
    """A route of Django without converters and anchors."""
    return "/" + re.sub(r"<\w+:", "<", route).replace("^", "", 1).removesuffix("$")
