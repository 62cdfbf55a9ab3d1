"""What every request to the API passes before, and every answer after, the rest of Django."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import problems

PATHS = frozenset(("/api", "/healthz", "/readyz", "/metrics"))
# They describe the page that is replaced.
PAGE_HEADERS = ("Content-Type", "Content-Length", "Content-Language", "X-Frame-Options")


def is_api(path: str) -> bool:
    """Whether programs call this path, not people."""
    return path.startswith("/api/") or path in PATHS


class ApiMiddleware:
    """No cookie goes in, and no error page comes out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request.path_info):
            return self.get_response(request)
        # A session must never stand in for a token: then no foreign page can act for a person.
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        if response.status_code >= 400 and not _speaks_json(response):
            return _replaced(response)
        return response


def _speaks_json(response: HttpResponse) -> bool:
    return "json" in response.get("Content-Type", "")


def _replaced(page: HttpResponse) -> HttpResponse:
    """The problem document in place of Django's own page."""
    response = problems.problem(page.status_code)
    for name, value in page.items():
        if name not in response and name not in PAGE_HEADERS:
            response[name] = value
    return response
