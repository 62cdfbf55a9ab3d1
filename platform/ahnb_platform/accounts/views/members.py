"""The members of a team."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ahnb_platform.errors import Conflict, Missing

from .. import links, people, teams
from ..access import team_for_owner, team_for_user
from ..forms import AddMemberForm, RoleForm, refusals_on
from ..models import Role, Team, User
from ..person import PersonRequest


@never_cache
def member_list(request: PersonRequest, team_slug: str) -> HttpResponse:
    """Who belongs to the team; an owner also adds people here."""
    if request.method == "POST":
        return add(request, team_for_owner(request.user, team_slug))
    team = team_for_user(request.user, team_slug)
    if team.slug != team_slug:
        return redirect(team, permanent=True)
    return show(request, team, AddMemberForm())


def add(request: PersonRequest, team: Team) -> HttpResponse:
    """Take a person in; for a new one the answer shows the one-time link, this once."""
    form = AddMemberForm(request.POST)
    if not form.is_valid():
        return show(request, team, form)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    with refusals_on(form):
        user, is_new = people.take_in(team=team, email=email, role=role, by=request.user)
        if is_new:
            return show_link(request, team, user)
        messages.success(request, f"{user} belongs to {team.name} now.")
        return redirect(team)
    return show(request, team, form)


@require_POST
def change_role(request: PersonRequest, team_slug: str, user_id: int) -> HttpResponse:
    team = team_for_owner(request.user, team_slug)
    user = member_with_id(team, user_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles.")
        return redirect(team)
    try:
        teams.change_role(team=team, user=user, role=form.cleaned_data["role"], by=request.user)
        messages.success(request, f"{user} is {Role(form.cleaned_data['role']).label} now.")
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    return redirect(team)


@require_POST
def remove(request: PersonRequest, team_slug: str, user_id: int) -> HttpResponse:
    """End a membership; one's own is for everybody to end."""
    leaving = user_id == request.user.pk
    team = (team_for_user if leaving else team_for_owner)(request.user, team_slug)
    user = member_with_id(team, user_id)
    try:
        teams.remove_member(team=team, user=user, by=request.user)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
        return redirect(team)
    if leaving:
        messages.success(request, f"You have left {team.name}.")
        return redirect("accounts:teams")
    messages.success(request, f"{user} no longer belongs to {team.name}.")
    return redirect(team)


@require_POST
@never_cache
def make_link(request: PersonRequest, team_slug: str, user_id: int) -> HttpResponse:
    """A one-time link for a member who cannot log in; the answer shows it, this once."""
    team = team_for_owner(request.user, team_slug)
    return show_link(request, team, member_with_id(team, user_id))


def show(request: PersonRequest, team: Team, form: AddMemberForm) -> HttpResponse:
    context = {
        "team": team,
        "members": teams.members_of(team),
        "form": form,
        "owns": team.role == Role.OWNER,
        "roles": Role.choices,
    }
    return render(request, "accounts/team.html", context)


def show_link(request: PersonRequest, team: Team, user: User) -> HttpResponse:
    path = links.make_member_link(team=team, user=user, by=request.user)
    context = {
        "team": team,
        "person": user,
        "url": request.build_absolute_uri(path),
        "hours": links.HOURS,
    }
    return render(request, "accounts/member_link.html", context)


def member_with_id(team: Team, user_id: int) -> User:
    """Raises Missing for anybody who is not in the team."""
    user = team.members.filter(pk=user_id).first()
    if user is None:
        raise Missing
    return user
