"""Problem documents (RFC 9457): the one place where an error becomes an answer of the API."""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework.exceptions import APIException

from ahnb_platform.database.liveness import is_away
from ahnb_platform.errors import DomainError, Item, Missing
from ahnb_platform.web import requests

from .answers import dumps

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

logger = logging.getLogger(__name__)

# What a status says when nobody said more.
CODES = {
    400: ("bad-request", "The request cannot be understood."),
    401: ("unauthenticated", "Send a valid token as “Authorization: Bearer ahnb_…”."),
    403: ("not-allowed", "Your role or the token's scope does not allow this."),
    404: ("not-found", Missing().detail),
    405: ("method-not-allowed", "This address does not know the method; see the header Allow."),
    413: ("too-large", "The request is too large."),
    415: ("unsupported-media-type", "Send application/json in UTF-8."),
    416: ("range-not-satisfiable", "The file ends before the range that was asked for."),
    500: ("internal-error", "Something failed on the server; the log has it by request_id."),
    503: ("unavailable", "The database does not answer; try again soon."),
}


def problem(
    status: int,
    code: str = "",
    detail: str = "",
    *,
    items: Iterable[Item] = (),
    **more: Any,
) -> HttpResponse:
    """The answer for an error.

    Args:
        status: of HTTP.
        code: stable, kebab-case; the status' own by default.
        detail: a sentence for a person.
        items: faults in the request, each with a pointer.
        more: further members of the document.
    """
    usual_code, usual_detail = CODES.get(status, CODES[400])
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or usual_detail,
        "code": code or usual_code,
        "request_id": requests.current().id,
        "errors": [
            {"pointer": item.pointer, "code": item.code, "detail": item.detail} for item in items
        ],
        **more,
    }
    response = HttpResponse(dumps(document), status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def exception_handler(error: Exception, context: Any = None) -> HttpResponse:  # noqa: ARG001
    """The problem document for anything that a view raises; DRF calls it."""
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, APIException):
        return _of_framework(error)
    if is_away(error):
        logger.warning("the database does not answer: %s", error)
        return problem(503)
    for kind, status in _DJANGO.items():
        if isinstance(error, kind):
            return problem(status)
    logger.error("the request failed", exc_info=error)
    return problem(500)


def _of_domain(error: DomainError) -> HttpResponse:
    position = getattr(error, "position", None)
    more = {} if position is None else {"position": position}
    more |= getattr(error, "members", {})
    response = problem(error.status, error.code, error.detail, items=error.items, **more)
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # The rest of the body has not been read and never will be.
        response["Connection"] = "close"
    return response


def _of_framework(error: APIException) -> HttpResponse:
    response = problem(error.status_code)
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


_DJANGO: dict[type[Exception], int] = {
    Http404: 404,
    PermissionDenied: 403,
    RequestDataTooBig: 413,
    UnreadablePostError: 400,
    SuspiciousOperation: 400,
}
