"""Freezing a run and unfreezing it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ahnb_platform.accounts.models import Role
from ahnb_platform.web.typed import PageRequest

from .. import freezing, queries
from ..closed import refuse_closed


@require_http_methods(["GET", "HEAD", "POST"])
def freeze(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Say what freezing does and ask for it; let nothing more change the run."""
    run = queries.run_for_editor(request.user, run_id)
    if request.method != "POST":
        refuse_closed(run)
        is_owner = run.role >= Role.OWNER
        return render(request, "runs/freeze.html", {"run": run, "is_owner": is_owner})
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
