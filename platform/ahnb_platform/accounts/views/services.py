"""The service accounts of a team, with their tokens. Owners."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from .. import service_accounts, teams
from ..access import role_in, team_for_owner
from ..forms import SERVICE_ROLES, ServiceForm, ServiceRoleForm, TokenForm, refusals_on
from ..models import Role, Team, User
from ..person import PersonRequest
from ..tokens import revoke_token, token_of_user, tokens_of
from .tokens import environment_with


def service_list(request: PersonRequest, team_slug: str) -> HttpResponse:
    """All of them, and a form for another."""
    team = team_for_owner(request.user, team_slug)
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            user = service_accounts.make_service_account(
                team=team, by=request.user, **form.cleaned_data
            )
            return redirect("accounts:service", team.slug, user.pk)
    context = {"team": team, "form": form, "services": service_accounts.services_of(team)}
    return render(request, "accounts/services.html", context)


@never_cache
def service(request: PersonRequest, team_slug: str, service_id: int) -> HttpResponse:
    """One with its tokens; a new token's text is in the answer to the form alone."""
    team = team_for_owner(request.user, team_slug)
    user = service_accounts.service_with_id(team, service_id)
    form = TokenForm(request.POST or None, user=user)
    text = ""
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _, text = service_accounts.issue_service_token(
                team=team, user=user, by=request.user, **form.fields_of_token()
            )
            form = TokenForm(user=user)
    return show(request, team, user, form, text)


@require_POST
def revoke_service_token(
    request: PersonRequest, team_slug: str, service_id: int, service_token_id: int
) -> HttpResponse:
    team = team_for_owner(request.user, team_slug)
    user = service_accounts.service_with_id(team, service_id)
    token = revoke_token(token=token_of_user(user, service_token_id), by=request.user)
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("accounts:service", team.slug, user.pk)


@require_POST
def change_service_role(request: PersonRequest, team_slug: str, service_id: int) -> HttpResponse:
    team = team_for_owner(request.user, team_slug)
    user = service_accounts.service_with_id(team, service_id)
    form = ServiceRoleForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        teams.change_role(team=team, user=user, role=role, by=request.user)
        messages.success(request, f"{user.name} is {Role(role).label} now.")
    else:
        messages.error(request, "Choose one of the roles.")
    return redirect("accounts:service", team.slug, user.pk)


@require_POST
def deactivate(request: PersonRequest, team_slug: str, service_id: int) -> HttpResponse:
    team = team_for_owner(request.user, team_slug)
    user = service_accounts.service_with_id(team, service_id)
    service_accounts.deactivate_service_account(team=team, user=user, by=request.user)
    messages.success(request, f"{user.name} is deactivated, and all its tokens with it.")
    return redirect("accounts:services", team.slug)


def show(
    request: PersonRequest, team: Team, user: User, form: TokenForm, text: str
) -> HttpResponse:
    # Of one that is deactivated the role is not asked for any more.
    role = role_in(team, user)
    context = {
        "team": team,
        "service": user,
        "role": Role(role).label if role else "",
        "roles": SERVICE_ROLES,
        "form": form,
        "text": text,
        "tokens": tokens_of(user),
        "environment": environment_with(request, text),
    }
    return render(request, "accounts/service.html", context)
