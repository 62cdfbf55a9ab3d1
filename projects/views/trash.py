"""Projects in the trash: put there, listed for the owners of the team, brought back, deleted."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ahnb_platform.accounts.access import team_for_owner
from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import Team
from ahnb_platform.accounts.person import PersonRequest
from ahnb_platform.errors import Conflict, Invalid
from runs.life.projects import keepers_of, purge_project

from ..forms import NameForm
from ..models import Project
from ..queries import project_for_owner
from ..trash import goes_at, trash_project, trashed_project, trashed_projects, untrash_project
from . import settings


@require_POST
def trash(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Put the project into the trash, once its name is typed."""
    project = project_for_owner(request.user, team_slug, project_slug)
    form = NameForm(request.POST, project=project)
    if not form.is_valid():
        return settings.show(request, project, name=form)
    trash_project(project=project, by=request.user)
    messages.success(request, f"{project.name} lies in the trash. It can be restored here.")
    return redirect("projects:team-trash", project.team.slug)


@require_safe
def team_trash(request: PersonRequest, team_slug: str) -> HttpResponse:
    """The projects of the team that lie in the trash."""
    return _listed(request, team_for_owner(request.user, team_slug))


@require_POST
def trashed(request: PersonRequest, team_slug: str, trashed_id: int) -> HttpResponse:
    """Restore a project, or delete it for good, once its name is typed."""
    team = team_for_owner(request.user, team_slug)
    project = trashed_project(team, trashed_id)
    act = request.POST.get("act")
    if act == "restore":
        return _restored(request, team, project)
    if act != "purge":
        raise Invalid("A project in the trash is restored, or deleted for good.")
    form = NameForm(request.POST, project=project)
    with refusals_on(form):
        if form.is_valid():
            is_gone = purge_project(project=project, by=request.user)
            messages.success(request, _told(project, is_gone=is_gone))
            return redirect("projects:team-trash", team.slug)
    return _listed(request, team, project, form)


def _restored(request: PersonRequest, team: Team, project: Project) -> HttpResponse:
    try:
        project = untrash_project(project=project, by=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
        return redirect("projects:team-trash", team.slug)
    messages.success(request, f"{project.name} is back, with all its runs.")
    return redirect(project)


def _listed(
    request: PersonRequest, team: Team, asked: Project | None = None, form: NameForm | None = None
) -> HttpResponse:
    """The page; `form` is what came back of the project `asked`."""
    rows = [
        {
            "project": project,
            "goes_at": goes_at(project),
            "keepers": keepers_of(project),
            "form": form if project == asked else NameForm(project=project),
        }
        for project in trashed_projects(team)
    ]
    return render(request, "projects/team_trash.html", {"team": team, "rows": rows})


def _told(project: Project, *, is_gone: bool) -> str:
    if is_gone:
        return f"{project.name} is deleted for good."
    return f"{project.name} is being deleted for good; the server goes on with it by itself."
