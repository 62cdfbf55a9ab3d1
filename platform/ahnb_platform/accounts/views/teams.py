"""Teams: the list, a new one, its settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from .. import teams
from ..access import team_for_owner, teams_for_user
from ..forms import TeamForm, refusals_on
from ..person import PersonRequest


@require_safe
def team_list(request: PersonRequest) -> HttpResponse:
    """The person's teams, the archived ones last."""
    mine = teams_for_user(request.user).with_counts().order_by("archived_at", "slug")
    return render(request, "accounts/teams.html", {"teams": mine})


def new_team(request: PersonRequest) -> HttpResponse:
    """Make a team; its maker owns it."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            return redirect(teams.create_team(by=request.user, **form.cleaned_data))
    return render(request, "accounts/team_new.html", {"form": form})


def team_settings(request: PersonRequest, team_slug: str) -> HttpResponse:
    """Rename, archive, restore."""
    team = team_for_owner(request.user, team_slug)
    form = TeamForm(request.POST or None, initial={"name": team.name, "slug": team.slug})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            team = teams.update_team(team=team, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("accounts:team-settings", team.slug)
    return render(request, "accounts/team_settings.html", {"team": team, "form": form})


@require_POST
def archive(request: PersonRequest, team_slug: str) -> HttpResponse:
    team = teams.archive_team(team=team_for_owner(request.user, team_slug), by=request.user)
    messages.success(request, f"{team.name} is archived.")
    return redirect("accounts:team-settings", team.slug)


@require_POST
def restore(request: PersonRequest, team_slug: str) -> HttpResponse:
    team = teams.restore_team(team=team_for_owner(request.user, team_slug), by=request.user)
    messages.success(request, f"{team.name} is back.")
    return redirect("accounts:team-settings", team.slug)
