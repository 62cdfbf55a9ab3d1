"""Which pages are read from the replica (`ahnb_platform.database.replica`)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from psycopg2.errors import ReadOnlySqlTransaction

from ahnb_platform.database.default import default_replaced_by, put_back
from ahnb_platform.database.liveness import is_away
from ahnb_platform.database.replica.config import ALIAS
from ahnb_platform.database.replica.freshness import (
    Freshness,
    position,
    primary_position,
    written,
)

from .errors import DomainErrorMiddleware

# How far the log had come when this person wrote last; what they read is never older.
COOKIE = "ahnb-written"
REMEMBERED = 120  # seconds; a replica that is behind for longer serves nobody


class ReplicaMiddleware:
    """The innermost: sessions and who is logged in were read from the primary before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if ALIAS not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.freshness = Freshness(bound=settings.REPLICA_LAG_SECONDS)
        self.errors = DomainErrorMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return _remembering(self.get_response(request))
        if not self.freshness.holds(_written_by(request)):
            return self.get_response(request)
        with default_replaced_by(ALIAS) as primary:
            request.primary_connection = primary  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        """Make a page again with the primary: it wants to write, or the replica went away."""
        primary, match = getattr(request, "primary_connection", None), request.resolver_match
        if primary is None or match is None or not _is_the_replicas(exception):
            return None
        put_back(primary)
        try:
            return match.func(request, *match.args, **match.kwargs)
        except Exception as error:
            page = self.errors.process_exception(request, error)
            if page is None:
                raise
            return page


def _is_the_replicas(exception: Exception) -> bool:
    """Whether the primary may do better: the replica refuses writes, or is not there."""
    refused = isinstance(exception.__cause__, ReadOnlySqlTransaction)
    return isinstance(exception, DatabaseError) and (refused or is_away(exception))


def _written_by(request: HttpRequest) -> int:
    """Up to where this person wrote; 0 where that is long ago."""
    try:
        return position(request.COOKIES.get(COOKIE, "0/0"))
    except ValueError:
        return 0


def _remembering(response: HttpResponse) -> HttpResponse:
    """The answer to a form, with the place in the log that its writes were before."""
    try:
        place = written(primary_position())
    except DatabaseError:
        return response
    response.set_cookie(
        COOKIE,
        place,
        max_age=REMEMBERED,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
