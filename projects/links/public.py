"""What whoever holds a public link gets: one page, and the data of its charts below it.

Nothing here asks who is there: a page is the same for a member of the team as for anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.accounts.limits import too_many
from ahnb_platform.errors import Missing
from ahnb_platform.web import requests
from ahnb_platform.web.errors import error_page
from runs.views.run import series_answer

from . import shown
from .limiting import asks_too_much
from .models import Kind, PublicLink
from .services import open_link

DEAD_LINK = "This link does not work: it has expired, was revoked, or is not complete."
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
CONTEXTS: dict[str, tuple[str, Callable[[PublicLink], dict[str, Any]]]] = {
    Kind.VIEW: ("links/view.html", shown.view_context),
    Kind.COMPARISON: ("links/comparison.html", shown.comparison_context),
}

Answer = Callable[[HttpRequest, PublicLink], HttpResponse]


def public(answer: Answer) -> Callable[..., HttpResponse]:
    """A view of the link that the address names; wrong, past and revoked ones answer alike."""

    @wraps(answer)
    def view(request: HttpRequest, public_secret: str) -> HttpResponse:
        if asks_too_much(requests.current().ip):
            return too_many(request)
        try:
            response = answer(request, open_link(public_secret))
        except Missing:
            response = error_page(request, 404, DEAD_LINK)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    found: Callable[..., HttpResponse] = login_not_required(require_safe(view))
    return found


@public
def page(request: HttpRequest, link: PublicLink) -> HttpResponse:
    """The run, the view or the comparison."""
    if link.kind == Kind.RUN:
        context = shown.run_context(link, _find(request))
        return render(request, "links/run.html", {"link": link, **context})
    template, context_of = CONTEXTS[link.kind]
    return render(request, template, {"link": link, **context_of(link)})


@public
def charts(request: HttpRequest, link: PublicLink) -> HttpResponse:
    """The cards of the run's charts, for a page that was opened before some metric came."""
    context = shown.charts_context(shown.run_of(link), _find(request))
    return render(request, "runs/_chart_cards.html", context)


@public
def marks(request: HttpRequest, link: PublicLink) -> HttpResponse:  # noqa: ARG001 - as its like
    """The attempts of the run; notes and findings stay inside."""
    run = shown.run_of(link)
    attempts = run.state.attempts if run.state else {}
    told = [list(attempt) for attempt in sorted(attempts.items())]
    return _json({"notes": [], "findings": [], "attempts": told})


@public
def series(request: HttpRequest, link: PublicLink) -> HttpResponse:
    """Points of some metrics of the run."""
    return series_answer(request, shown.run_of(link))


@public
def curves(request: HttpRequest, link: PublicLink) -> HttpResponse:  # noqa: ARG001 - as its like
    """The curves of the view's or comparison's runs."""
    return _json(shown.curves_context(link))


@public
def drawn(request: HttpRequest, link: PublicLink) -> HttpResponse:  # noqa: ARG001 - as its like
    """What parallel coordinates and scatterplot of the view draw."""
    return _json(shown.drawn_context(link))


def _find(request: HttpRequest) -> str:
    return request.GET.get("find", "")[:255]


def _json(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(orjson.dumps(document), content_type="application/json")
