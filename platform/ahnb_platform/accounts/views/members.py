"""The members of a team."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ahnb_platform.errors import Conflict, Missing

from .. import invitations, links, mail, teams
from ..access import team_for_owner, team_for_user
from ..forms import InviteForm, RoleForm, refusals_on
from ..limits import limited
from ..models import Invitation, Role, Team, User
from ..person import PersonRequest


@never_cache
def member_list(request: PersonRequest, team_slug: str) -> HttpResponse:
    """Who belongs to the team; an owner also invites people here."""
    if request.method == "POST":
        return invite(request, team_for_owner(request.user, team_slug))
    team = team_for_user(request.user, team_slug)
    if team.slug != team_slug:
        return redirect(team, permanent=True)
    return show(request, team, InviteForm())


def invite(request: PersonRequest, team: Team) -> HttpResponse:
    """Invite an address; without mail the answer shows the link, this once."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return show(request, team, form)
    if refusal := limited(request, "invite", key=str(team.pk)):
        return refusal
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    with refusals_on(form):
        made = invitations.invite(team=team, email=email, role=role, by=request.user)
        if not mail.send_invitation(*made):
            return show_invitation(request, *made)
        messages.success(request, f"The invitation is on its way to {made.invitation.email}.")
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


def show(request: PersonRequest, team: Team, form: InviteForm) -> HttpResponse:
    owns = team.role == Role.OWNER
    context = {
        "team": team,
        "members": teams.members_of(team),
        "invitations": invitations.open_invitations(team) if owns else (),
        "form": form,
        "owns": owns,
        "offered": links.offered(team) if owns else (),
        "sends_mail": bool(settings.EMAIL_HOST),
        "days": invitations.DAYS,
        "roles": Role.choices,
    }
    return render(request, "accounts/team.html", context)


def show_invitation(request: PersonRequest, invitation: Invitation, path: str) -> HttpResponse:
    context = {
        "team": invitation.team,
        "invitation": invitation,
        "url": request.build_absolute_uri(path),
        "tried_mail": bool(settings.EMAIL_HOST),
        "days": invitations.DAYS,
    }
    return render(request, "accounts/invitation_made.html", context)


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
    """Raises Missing for anybody who is not in the team, and for its service accounts."""
    user = team.members.filter(pk=user_id, service_team=None).first()
    if user is None:
        raise Missing
    return user
