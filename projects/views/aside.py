"""The runs of a project that lie in its archive or in its trash."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Invalid
from ahnb_platform.web.typed import PageRequest
from runs.bulk import MOST_RUNS
from runs.life.purging import Purged, purge_runs
from runs.pages.aside import PLACES, Place, ids_aside, lying_of, runs_aside

from ..models import Project
from ..queries import project_for_owner
from .bulk import counted, ticked

TRASH = "trash"


def aside(request: PageRequest, project: Project, place: Place) -> HttpResponse:
    """A table of them; editors bring them back, owners delete what lies in the trash for good."""
    page, runs = runs_aside(project, place, request.GET.get("page"))
    context = {
        "project": project,
        "is_editor": project.role >= Role.EDITOR,
        "is_owner": project.role >= Role.OWNER,
        "place": place,
        "is_trash": place.name == TRASH,
        "page": page,
        "rows": lying_of(project, place, runs),
    }
    return render(request, "projects/aside.html", context)


@require_POST
def purge(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Delete for good the ticked runs of the trash, or all that lie there. Owners."""
    project = project_for_owner(request.user, team_slug, project_slug)
    if request.POST.get("sure") != "yes":
        raise Invalid("Tick that this cannot be undone.", code="not-sure")
    is_all = request.POST.get("scope") == "all"
    ids = ids_aside(project, PLACES[TRASH], MOST_RUNS) if is_all else ticked(request)
    messages.info(request, _told(purge_runs(project=project, ids=ids, by=request.user)))
    return redirect(f"{project.get_absolute_url()}?place={TRASH}")


def _told(purged: Purged) -> str:
    words = f"{counted(purged.count)} deleted for good."
    if purged.kept:
        words += f" {counted(purged.kept)} kept: frozen or quoted."
    return words + (" Some still wait: delete again." if purged.has_more else "")
