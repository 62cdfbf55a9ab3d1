"""One act on many runs of a project."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ahnb_platform.errors import Invalid
from ahnb_platform.web.typed import PageRequest
from runs.pages.table import ticked_runs
from runs.services import archive_run, pin_run, trash_run

from ..queries import project_for_editor
from .back import back_to

ACTS = {
    "archive": (archive_run, "archived"),
    "pin": (pin_run, "pinned"),
    "trash": (trash_run, "put into the trash"),
}
MOST = 200


@require_POST
def bulk(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Archive, pin or trash the ticked runs, then back to the same view of the project."""
    project = project_for_editor(request.user, team_slug, project_slug)
    if request.POST.get("act") not in ACTS:
        raise Invalid("Runs are archived, pinned or trashed.")
    change, words = ACTS[request.POST["act"]]
    runs = ticked_runs(project, _ticked(request.POST.getlist("run")))
    for run in runs:
        change(run=run, by=request.user)
    messages.info(request, f"{len(runs)} run{'s' if len(runs) != 1 else ''} {words}.")
    return redirect(back_to(request, project))


def _ticked(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts[:MOST]]
    except ValueError as error:
        raise Invalid("A run is named by its id.") from error
