"""What editors change of a run: its name and notes, and where it lies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.edits import Overtaken, marks_of
from ahnb_platform.errors import Invalid
from ahnb_platform.web.back import back_to
from ahnb_platform.web.meanwhile import with_both
from ahnb_platform.web.typed import PageRequest

from .. import queries, services
from ..closed import refuse_closed
from ..models import Run
from ..tags import out_of_a_line
from .forms import RunForm

PLACES = {
    "archive": services.archive_run,
    "unarchive": services.unarchive_run,
    "trash": services.trash_run,
    "restore": services.restore_run,
    "pin": services.pin_run,
    "unpin": services.unpin_run,
}


def edit(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Name, group, tags and notes."""
    run = queries.run_for_editor(request.user, run_id)
    if request.method != "POST":
        refuse_closed(run)
        stored = services.texts_of(run)
        return _form(request, run, RunForm(initial=stored), marks_of(stored))
    form, seen = RunForm(request.POST), request.POST.get("seen", "")
    if form.is_valid():
        try:
            with refusals_on(form):
                services.edit_run(run=run, by=request.user, seen=seen, **_changes(form))
                return redirect(run)
        except Overtaken as overtaken:
            return _overtaken(request, queries.run_for_editor(request.user, run_id), overtaken)
    return _form(request, run, form, seen)


def _overtaken(request: PageRequest, run: Run, overtaken: Overtaken) -> HttpResponse:
    """Both texts; saving again is meant."""
    stored = services.texts_of(run)
    form = with_both(RunForm, request.POST, stored, overtaken)
    return _form(request, run, form, marks_of(stored), status=overtaken.status)


def _form(
    request: PageRequest, run: Run, form: RunForm, seen: str, status: int = 200
) -> HttpResponse:
    context = {"run": run, "form": form, "seen": seen}
    return render(request, "runs/edit.html", context, status=status)


def _changes(form: RunForm) -> dict[str, Any]:
    fields = form.cleaned_data
    return fields | {"tags": out_of_a_line(fields["tags"])}


@require_POST
def change_place(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Into the archive or the trash, or pinned to the project's page, and back."""
    run = queries.run_for_editor(request.user, run_id)
    change = PLACES.get(request.POST.get("act", ""))
    if change is None:
        raise Invalid("A run is archived, unarchived, trashed, restored, pinned or unpinned.")
    change(run=run, by=request.user)
    return redirect(back_to(request, run.project.get_absolute_url(), run.get_absolute_url()))
