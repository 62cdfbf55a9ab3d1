"""The charts of a run, and what they mark."""

from __future__ import annotations

from uuid import UUID

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..pages.chartcards import charts_of
from ..pages.marks import marks_of


@require_GET
def charts(request: PageRequest, run_id: UUID) -> HttpResponse:
    """The cards of all charts, for a page that was opened before some metric came."""
    run = queries.run_for_user(request.user, run_id)
    context = charts_of(run, request.GET.get("find", "")[:255])
    return render(request, "runs/_chart_cards.html", context)


@require_GET
def marks(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Notes and findings at their steps, and the attempts."""
    run = queries.run_for_user(request.user, run_id)
    return HttpResponse(orjson.dumps(marks_of(run)), content_type="application/json")
