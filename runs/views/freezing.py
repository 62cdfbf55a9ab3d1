"""Freezing a run and unfreezing it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ahnb_platform.web.typed import PageRequest

from .. import freezing, queries


@require_POST
def freeze(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Let nothing more change the run."""
    run = queries.run_for_editor(request.user, run_id)
    freezing.freeze_run(run=run, by=request.user, reason=request.POST.get("reason", ""))
    messages.info(request, "The run is frozen: it takes no more points, events or changes.")
    return redirect(run)


@require_POST
def unfreeze(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Take changes again, for the reason that is stated."""
    run = queries.run_for_owner(request.user, run_id)
    freezing.unfreeze_run(run=run, by=request.user, reason=request.POST.get("reason", ""))
    messages.info(request, "The run takes points, events and changes again.")
    return redirect(run)
