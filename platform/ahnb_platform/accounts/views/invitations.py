"""Invitations: the page that accepts one, and how an owner takes one back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ahnb_platform.errors import Conflict, Missing
from ahnb_platform.web.errors import error_page

from .. import invitations
from ..access import team_for_owner
from ..forms import JoinForm, refusals_on
from ..limits import limited
from ..models import Invitation, User
from ..person import PersonRequest

DEAD_INVITATION = (
    "This invitation does not work: it was accepted or taken back, has expired, or is not "
    "complete. An owner of the team can send you a new one."
)

LOG_IN = (
    "Log in as {email} to join. Who is new here does so with the password just chosen, "
    "everybody else with their own."
)


@login_not_required
@never_cache
@sensitive_post_parameters()
def accept(request: HttpRequest, invitation_secret: str) -> HttpResponse:
    """GET shows the invitation, since mail programs open links by themselves; POST accepts it.

    The person of the address, once logged in, joins; anybody else chooses a password, which counts
    if the address is new, and logs in.
    """
    try:
        invitation = invitations.open_invitation(invitation_secret)
        if request.method != "POST":
            return show(request, invitation)
        if refusal := limited(request, "accept_invitation", key=str(invitation.pk)):
            return refusal
        if isinstance(request.user, User):
            return join(request, invitation, invitation_secret)
        return welcome(request, invitation, invitation_secret)
    except Missing:
        return error_page(request, 404, DEAD_INVITATION)


@require_POST
def revoke(request: PersonRequest, team_slug: str, invitation_id: int) -> HttpResponse:
    team = team_for_owner(request.user, team_slug)
    invitation = invitations.revoke_invitation(
        team=team, invitation_id=invitation_id, by=request.user
    )
    messages.success(request, f"The invitation of {invitation.email} is taken back.")
    return redirect(team)


def join(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    """As the person who is logged in, if the address is theirs."""
    user = request.user
    if not isinstance(user, User) or user.email != invitation.email:
        return show(request, invitation, status=403)
    try:
        invitations.accept(secret, by=user)
        messages.success(request, f"You belong to {invitation.team.name} now.")
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    return redirect(invitation.team)


def welcome(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    """To the page for logging in, and from there back here, whether the address is new or known."""
    form = JoinForm(User(email=invitation.email), request.POST)
    if form.is_valid():
        password, name = form.cleaned_data["new_password1"], form.cleaned_data["name"]
        with refusals_on(form):
            invitations.welcome(secret, password=password, name=name)
            messages.info(request, LOG_IN.format(email=invitation.email))
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    return show(request, invitation, form)


def show(
    request: HttpRequest, invitation: Invitation, form: JoinForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "invitation": invitation,
        "is_theirs": isinstance(request.user, User) and request.user.email == invitation.email,
        "form": form or JoinForm(User(email=invitation.email)),
    }
    return render(request, "accounts/invitation.html", context, status=status)
