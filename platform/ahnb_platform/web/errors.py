"""Error pages in plain words: what happened and what to do next.

Only pages come here; under /api/ every error is a problem document (`ahnb_platform.api.problems`).
The pages are drawn without the database, which may be what is broken.
"""

import sys
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse

from ahnb_platform.api.middleware import is_api
from ahnb_platform.api.problems import problem
from ahnb_platform.database.liveness import is_away
from ahnb_platform.errors import DomainError

from . import requests

# Others never reach a view: many of Django's take any method for GET.
PAGE_METHODS = ("GET", "HEAD", "POST")
NOT_FOUND = "There is nothing here, or you may not see it."
TITLES = {
    400: "That request could not be read",
    403: "You may not do that here",
    404: "Nothing to see here",
    405: "This address does not work that way",
    409: "That contradicts what is stored",
    410: "This lies in the trash",
    413: "That is too large",
    422: "Something in the request is not right",
    429: "Too many attempts",
    500: "Something broke on our side",
    503: "The database is not answering",
}
DETAILS = {
    400: "The browser sent something that this server does not understand. "
    "Go back, reload the page and try again.",
    403: "Ask an owner of the team for a role that may.",
    404: NOT_FOUND,
    405: "It was called with a method that it does not accept. Go back and use the page's buttons.",
    500: "It has been written to the server's log. Nothing that was stored is lost; "
    "trying again later may help.",
    503: "It may be restarting. Trainings go on and keep their points until it is back; "
    "reload this page in a few seconds.",
}
# What a person wants to know beside the sentence of a refusal, by its code.
TITLES_OF_CODES = {"run-frozen": "The run is frozen"}
DETAILS_OF_CODES = {
    "run-frozen": "A frozen run stays as it is: it takes no more points, notes or changes, so that "
    "what is quoted from it goes on being true. An owner of the project can unfreeze it on its "
    "page and says why.",
}
# Refusals of who may see what the address is about.
SEEN = (403, 409, 410, 413, 422)
CSRF_DETAIL = (
    "The form was too old, or the browser did not send its cookie. Nothing was changed. "
    "Go back, reload the page and send it again."
)


class DomainErrorMiddleware:
    """Turns what services refuse into pages; leaves the API alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_known = request.method in PAGE_METHODS or not is_page(request)
        response = self.get_response(request) if is_known else HttpResponseNotAllowed(PAGE_METHODS)
        if response.status_code == 405 and not response.content and is_page(request):
            page = error_page(request, 405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_page(request):
            return None
        if isinstance(error, DomainError):
            detail = DETAILS_OF_CODES.get(error.code, error.detail)
            return error_page(request, error.status, detail, code=error.code)
        if is_away(error):
            return error_page(request, 503)
        return None


def is_page(request: HttpRequest) -> bool:
    return not is_api(request.path)


def error_page(
    request: HttpRequest, status: int, detail: str = "", *, code: str = ""
) -> HttpResponse:
    """The page for `status`; for htmx a message in the page's place for messages.

    A program gets a problem document: Django calls its handlers for the API's paths, too.
    """
    if not is_page(request):
        return problem(status)
    part = getattr(request, "htmx", False)
    context = {
        "status": status,
        "title": TITLES_OF_CODES.get(code) or TITLES.get(status, TITLES[400]),
        "detail": detail or DETAILS.get(status, ""),
        "back": _back(request) if status in SEEN else None,
        "request_id": requests.current().id,
    }
    template = "components/_error_message.html" if part else "error.html"
    response = render(request, template, context, status=status)
    if part:
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
    if status == 503:
        response["Retry-After"] = "5"
    return response


def _back(request: HttpRequest) -> tuple[str, str] | None:
    """Address and words of the page about the run or project that was asked for."""
    match = request.resolver_match
    given = match.kwargs if match else {}
    if "run_id" in given:
        return reverse("runs:run", args=[given["run_id"]]), "Back to the run"
    if "project_slug" in given:
        of_project = [given["team_slug"], given["project_slug"]]
        return reverse("projects:summary", args=of_project), "Back to the project"
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort; Django calls it while the exception is being handled."""
    return error_page(request, 503 if is_away(sys.exc_info()[1]) else 500)


def csrf_failure(request: HttpRequest, **_: Any) -> HttpResponse:
    return error_page(request, 403, CSRF_DETAIL)
