"""What every request to the API passes before, and every answer after, the rest of Django."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from . import problems

PATHS = frozenset(("/api", "/scim", "/healthz", "/readyz", "/metrics"))
# They describe the page that is replaced.
PAGE_HEADERS = ("Content-Type", "Content-Length", "Content-Language", "X-Frame-Options")

GetResponse = Callable[[HttpRequest], HttpResponse]


def is_api(path: str) -> bool:
    """Whether programs call this path, not people."""
    return path.startswith(("/api/", "/scim/")) or path in PATHS


class ApiMiddleware:
    """Sends a program's calls another, shorter way than a person's: `settings.API_MIDDLEWARE`.

    No cookie goes in, and no error page comes out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_page = get_response
        self.get_answer = ApiHandler().get_answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request.path_info):
            return self.get_page(request)
        # A session must never stand in for a token: then no foreign page can act for a person.
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_answer(request)
        if response.status_code >= 400 and not _speaks_json(response):
            response = _replaced(response)
        if response.status_code >= 400 and _has_unread_body(request):
            # The server cannot find the next request behind it, and would close without a word.
            response["Connection"] = "close"
        return response


class ApiHandler(BaseHandler):
    """Django's handler with the layers that calls of programs need.

    Sessions, forms, messages and templates cost more than many a call of the API itself, and
    none of them may play a part in it.
    """

    def __init__(self) -> None:
        # Where Django keeps the hooks of middleware on views, templates and exceptions: none.
        self._view_middleware: list[object] = []
        self._template_response_middleware: list[object] = []
        self._exception_middleware: list[object] = []
        get_answer: Any = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        for name in reversed(settings.API_MIDDLEWARE):
            get_answer = convert_exception_to_response(import_string(name)(get_answer))
        self.get_answer: GetResponse = get_answer


def _has_unread_body(request: HttpRequest) -> bool:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return stated != "0" and not getattr(request, "_read_started", True)


def _speaks_json(response: HttpResponse) -> bool:
    return "json" in response.get("Content-Type", "")


def _replaced(page: HttpResponse) -> HttpResponse:
    """The problem document in place of Django's own page."""
    response = problems.problem(page.status_code)
    for name, value in page.items():
        if name not in response and name not in PAGE_HEADERS:
            response[name] = value
    return response
