"""The permanent pages of metrics and of quotes."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ahnb_platform.errors import Invalid
from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..models import Run
from ..pages.quoting import metric_rows, parts_of, today_of
from ..pages.report import directions_of
from ..quotes.documents import handed_out, metric_address, remarks_of
from ..quotes.forms import FORMS
from ..quotes.models import Via
from ..quotes.queries import quote_numbered, quotes_of
from ..quotes.services import take_quote
from ..quotes.values import choice_of, exact, rounded, value_of

PAGE = 200


@require_safe
def metrics(request: PageRequest, run_id: UUID) -> HttpResponse:
    """All metrics of a run, each to be quoted; with `name`, the page of that one."""
    run = queries.run_for_user(request.user, run_id)
    if "name" in request.GET:
        return _metric(request, run, request.GET["name"])
    find = request.GET.get("find", "")[:255]
    found = (name for name in run.metrics if find.lower() in name.lower())
    # What the machine did is quoted seldom.
    names = sorted(found, key=lambda name: (name.startswith("system/"), name))
    context = {
        "run": run,
        "find": find,
        "rows": metric_rows(run, names[:PAGE], directions_of(run)),
        "total": len(names),
        "most": PAGE,
    }
    return render(request, "runs/metrics.html", context)


@require_safe
def metric(request: PageRequest, run_id: UUID, metric: str) -> HttpResponse:
    """One metric: one of its values, exactly, ready to be quoted."""
    return _metric(request, queries.run_for_user(request.user, run_id), metric)


def _metric(request: PageRequest, run: Run, name: str) -> HttpResponse:
    choice = choice_of(request.GET.get("part", ""), request.GET.get("step", ""))
    found = value_of(run, name, choice)
    context = {
        "run": run,
        "metric": name,
        "base": metric_address(run, name).partition("?")[0],
        "is_named": "name" in request.GET,
        "found": found,
        "exact": None if found.value is None else exact(found.value),
        "rounded": None if found.value is None else rounded(found.value),
        "remarks": remarks_of(run, found),
        "parts": parts_of(run, name, choice),
    }
    return render(request, "runs/metric.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def quotes(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Take a quote; or the list of all."""
    run = queries.run_for_user(request.user, run_id)
    if request.method == "POST":
        choice = choice_of(request.POST.get("part", ""), request.POST.get("step", ""))
        name = request.POST.get("metric", "")
        taken = take_quote(run=run, by=request.user, metric=name, choice=choice, via=Via.PAGE)
        return redirect(taken)
    asked = request.GET.get("before", "")
    before = whole_number(asked)
    if asked and before is None:
        raise Invalid("A quote has a number.")
    listed = quotes_of(run) if before is None else quotes_of(run).filter(number__lt=before)
    found = list(listed[: PAGE + 1])
    older = found[PAGE - 1].number if len(found) > PAGE else None
    context = {"run": run, "quotes": found[:PAGE], "older": older}
    return render(request, "runs/quotes.html", context)


@require_safe
def quote(request: PageRequest, run_id: UUID, quote_number: int) -> HttpResponse:
    """A value as it was quoted, in every form, beside what it is today."""
    run = queries.run_for_user(request.user, run_id)
    taken = quote_numbered(run, quote_number)
    document = handed_out(taken.document, server_of(request), taken)
    context = {
        "run": run,
        "quote": taken,
        "document": document,
        "today": today_of(run, taken),
        "forms": [(name, title, write(document)) for name, (title, write) in FORMS.items()],
    }
    return render(request, "runs/quote.html", context)


def server_of(request: PageRequest) -> str:
    """The address of this server, without a slash at its end."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
