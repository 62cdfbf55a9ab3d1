"""The page of a run, and what it asks for while the run trains."""

from __future__ import annotations

from uuid import UUID

import orjson
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Invalid
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..models import Run
from ..pages.chartcards import cards_of
from ..pages.report import report_of, vitals_of

STOP_POLLING = 286
MOST_POINTS = 4000


class SeriesForm(forms.Form):
    """The parameters of a series, as in the API."""

    points = forms.IntegerField(min_value=1, max_value=MOST_POINTS, required=False)
    start = forms.FloatField(required=False)
    stop = forms.FloatField(required=False)
    attempt = forms.IntegerField(min_value=0, required=False)
    time = forms.BooleanField(required=False)


@require_GET
def run(request: PageRequest, run_id: UUID) -> HttpResponse:
    """The whole report."""
    run = queries.run_for_user(request.user, run_id)
    context = report_of(run)
    context |= cards_of(context, request.GET.get("find", "")[:255])
    context |= {"seen": _seen(run), "is_editor": run.role >= Role.EDITOR}
    return render(request, "runs/run.html", context)


@require_GET
def live(request: PageRequest, run_id: UUID) -> HttpResponse:
    """What changed since `seen`: 204 for nothing; 286 ends the polling with the run."""
    run = queries.run_for_user(request.user, run_id)
    seen = _seen(run)
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = vitals_of(run)
    status = STOP_POLLING if context["has_ended"] else 200
    context |= {"seen": seen, "is_editor": run.role >= Role.EDITOR}
    response = render(request, "runs/_vitals.html", context, status=status)
    news = {"ahnb:points": {"metrics": len(run.metrics)}}
    response["HX-Trigger-After-Settle"] = orjson.dumps(news).decode()
    return response


@require_GET
def series(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Points of some metrics, thinned with exact extremes; the same answer as the API's."""
    return series_answer(request, queries.run_for_user(request.user, run_id))


def series_answer(request: HttpRequest, run: Run) -> HttpResponse:
    """The points of the run that the address asks for. Raises Invalid."""
    given = request.GET.dict() | {
        "start": request.GET.get("from", ""),
        "stop": request.GET.get("to", ""),
    }
    form = SeriesForm(given)
    if not form.is_valid():
        raise Invalid("points, from, to and attempt are numbers.")
    asked = form.cleaned_data
    found = queries.series_for(
        run,
        request.GET.getlist("metric")[:50],
        points=asked["points"] or 1500,
        start=asked["start"],
        stop=asked["stop"],
        attempt=asked["attempt"],
        with_times=asked["time"],
    )
    return HttpResponse(orjson.dumps({"metrics": found}), content_type="application/json")


def _seen(run: Run) -> str:
    """What a page knows of a run that still trains; another text means news."""
    return f"{run.shown_status}-{run.state.version if run.state else 0}"
