"""The parameters of a run, found by name or value."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..pages.paramcard import params_of

LONGEST_FIND = 255


@require_safe
def params(request: PageRequest, run_id: UUID) -> HttpResponse:
    """A page of them; for htmx only the card."""
    run = queries.run_for_user(request.user, run_id)
    page = whole_number(request.GET.get("page", "")) or 1
    card = params_of(run.params, request.GET.get("find", "")[:LONGEST_FIND], page)
    name = "runs/_params.html" if request.htmx else "runs/params.html"
    return render(request, name, {"run": run, "params": card})
