"""What editors change of a run: its name and notes, and where it lies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.errors import Invalid
from ahnb_platform.web.back import back_to
from ahnb_platform.web.typed import PageRequest

from .. import queries, services
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
    initial = {
        "name": run.name,
        "group": run.group,
        "tags": ", ".join(run.tags),
        "notes": run.notes,
    }
    form = RunForm(request.POST or None, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            services.edit_run(run=run, by=request.user, **_changes(form))
            return redirect(run)
    return render(request, "runs/edit.html", {"run": run, "form": form})


def _changes(form: RunForm) -> dict[str, Any]:
    fields = form.cleaned_data
    return fields | {"tags": [tag.strip() for tag in fields["tags"].split(",") if tag.strip()]}


@require_POST
def change_place(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Into the archive or the trash, or pinned to the project's page, and back."""
    run = queries.run_for_editor(request.user, run_id)
    change = PLACES.get(request.POST.get("act", ""))
    if change is None:
        raise Invalid("A run is archived, unarchived, trashed, restored, pinned or unpinned.")
    change(run=run, by=request.user)
    return redirect(back_to(request, run.project.get_absolute_url(), run.get_absolute_url()))
