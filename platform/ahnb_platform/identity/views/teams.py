"""How the members of a team log in: what their owner decides."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ahnb_platform.accounts.access import team_for_owner
from ahnb_platform.accounts.addresses import public
from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import Team
from ahnb_platform.accounts.person import PersonRequest
from ahnb_platform.errors import Conflict, Invalid

from ..factors.services import set_policy
from ..forms import ConnectionForm, OidcForm, PolicyForm, SamlForm
from ..models import Connection, Kind, TeamPolicy
from ..sso import connections
from .logout import login_page
from .sso import callback_url, places

FORMS: dict[str, type[ConnectionForm]] = {Kind.OIDC: OidcForm, Kind.SAML: SamlForm}
WITHDRAWN = (
    "Saved. Since somebody else vouches for people now, an administrator of the server must "
    "approve the domains again."
)


@never_cache
def entrance(request: PersonRequest, team_slug: str) -> HttpResponse:
    """Second factor, provider, domains, and who keeps people up to date."""
    team = team_for_owner(request.user, team_slug)
    policy = TeamPolicy.objects.filter(team=team).first()
    form = PolicyForm(request.POST or None, instance=policy)
    if request.method == "POST" and form.is_valid():
        set_policy(team=team, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("identity:team", team.slug)
    return show(request, team, form)


def show(
    request: PersonRequest, team: Team, form: PolicyForm | None = None, token: str = ""
) -> HttpResponse:
    connection = connections.connection_of_team(team)
    context = {
        "team": team,
        "form": form or PolicyForm(instance=TeamPolicy.objects.filter(team=team).first()),
        "connection": connection,
        "domains": connection.domains.all() if connection else [],
        "ours": addresses(request, connection) if connection else {},
        "token": token,
        "scim": public(request, "/scim/v2"),
    }
    return render(request, "identity/team.html", context)


def addresses(request: PersonRequest, connection: Connection) -> dict[str, str]:
    """What the provider's administrator has to enter there."""
    if connection.kind == Kind.OIDC:
        back = login_page(request)
        return {
            "Redirect address": callback_url(request, connection),
            "Redirect address after logging out": back,
        }
    ours = places(request, connection)
    return {"Entity id and metadata": ours.metadata, "Address for answers (ACS)": ours.answers}


@never_cache
def edit_connection(request: PersonRequest, team_slug: str) -> HttpResponse:
    """The provider: `?kind=` chooses the protocol of a new one."""
    team = team_for_owner(request.user, team_slug)
    found = connections.connection_of_team(team)
    kind = request.GET.get("kind") or (found.kind if found else Kind.OIDC)
    form_class = FORMS.get(kind, OidcForm)
    form = form_class(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _, withdrawn = connections.save_connection(
                team=team, by=request.user, **form.for_service()
            )
            messages.success(request, WITHDRAWN if withdrawn else "Saved.")
            return redirect("identity:team", team.slug)
    context = {"team": team, "form": form, "kind": form_class.kind.label, "found": found}
    return render(request, "identity/connection.html", context)


@require_POST
def remove_connection(request: PersonRequest, team_slug: str) -> HttpResponse:
    team = team_for_owner(request.user, team_slug)
    connections.remove_connection(team=team, by=request.user)
    messages.success(request, "The provider is removed. People keep their accounts.")
    return redirect("identity:team", team.slug)


@require_POST
def domains(request: PersonRequest, team_slug: str) -> HttpResponse:
    """Claim a domain (`act`: claim), or take the claim back (`act`: drop)."""
    team = team_for_owner(request.user, team_slug)
    act = connections.drop_domain if request.POST.get("act") == "drop" else connections.claim_domain
    try:
        act(team=team, by=request.user, name=request.POST.get("domain", ""))
        messages.success(request, "Saved.")
    except (Invalid, Conflict) as refusal:
        messages.error(request, refusal.detail)
    return redirect("identity:team", team.slug)


@require_POST
@never_cache
def scim(request: PersonRequest, team_slug: str) -> HttpResponse:
    """A new token, shown this once (`act`: new), or none any more (`act`: end)."""
    team = team_for_owner(request.user, team_slug)
    if request.POST.get("act") == "end":
        connections.end_scim(team=team, by=request.user)
        messages.success(request, "The token no longer works.")
        return redirect(reverse("identity:team", args=[team.slug]))
    return show(request, team, token=connections.new_scim_token(team=team, by=request.user))
