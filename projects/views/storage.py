"""How much room a project, and a team, take: pages, and the limits that owners set there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ahnb_platform.accounts.access import team_for_user
from ahnb_platform.accounts.models import Role, Team
from ahnb_platform.errors import Invalid
from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest
from runs.life import quotas
from runs.models import Quota
from runs.pages.storage import HEADS, room_of_project, room_of_team

from ..forms import GIGABYTE, QuotaForm
from ..models import Project
from ..queries import project_for_owner, project_for_user


@require_safe
def storage(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """What takes most room: runs by any column, or people; and what the project may have."""
    project = project_for_user(request.user, team_slug, project_slug)
    by_people = request.GET.get("by") == "people"
    page = whole_number(request.GET.get("page", "")) or 1
    room = room_of_project(
        project, order=request.GET.get("order", ""), page=page, by_people=by_people
    )
    context = {
        "project": project,
        "room": room,
        "heads": HEADS,
        "by_people": by_people,
        "is_editor": project.role >= Role.EDITOR,
        "form": _form(room.quota) if project.role == Role.OWNER else None,
    }
    return render(request, "projects/storage.html", context)


@require_POST
def set_quota(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Limit the project. Owners."""
    project = project_for_owner(request.user, team_slug, project_slug)
    quotas.set_project_quota(project=project, by=request.user, **_limits(request))
    messages.success(request, "The quota is set.")
    return redirect("projects:storage", project.team.slug, project.slug)


@require_safe
def team_storage(request: PageRequest, team_slug: str) -> HttpResponse:
    """The room of a team's projects and people, and what of its quota that is."""
    team = _team(request, team_slug)
    is_operator = request.user.is_superuser
    projects = Project.objects.filter(team=team).select_related("team")
    context = {
        "team": team,
        "room": room_of_team(team, projects),
        "form": _form(quotas.quota_of(Quota.TEAM, team.pk)) if is_operator else None,
    }
    return render(request, "projects/team_storage.html", context)


@require_POST
def set_team_quota(request: PageRequest, team_slug: str) -> HttpResponse:
    """Limit the team. Superusers."""
    team = _team(request, team_slug)
    quotas.set_team_quota(team=team, by=request.user, **_limits(request))
    messages.success(request, "The quota is set.")
    return redirect("projects:team-storage", team.slug)


def _team(request: PageRequest, slug: str) -> Team:
    """The team for its members, and for superusers, who set what it may have."""
    team = Team.objects.filter(slug=slug).first() if request.user.is_superuser else None
    return team_for_user(request.user, slug) if team is None else team


def _form(quota: Quota | None) -> QuotaForm:
    if quota is None:
        return QuotaForm()
    gigabytes = None if quota.bytes is None else quota.bytes / GIGABYTE
    given = {"runs": quota.runs, "points": quota.points, "gigabytes": gigabytes}
    return QuotaForm(initial=given)


def _limits(request: PageRequest) -> dict[str, int | None]:
    form = QuotaForm(request.POST)
    if not form.is_valid():
        raise Invalid("A limit is a number; nothing where there is no limit.", code="quota")
    return form.limits
