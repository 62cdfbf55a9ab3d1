"""The way to a provider and back."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout as log_out
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ahnb_platform.accounts import audit, teams
from ahnb_platform.accounts.adapter import AccountAdapter
from ahnb_platform.accounts.addresses import public
from ahnb_platform.errors import Missing
from ahnb_platform.web.errors import error_page

from .. import vault
from ..models import Connection, Kind
from ..sso import answers, joining, oidc, saml
from ..sso.claims import Claims, Refused

logger = logging.getLogger(__name__)
# In the session: what was asked of a provider, and then who came from one, until logged in.
ASKED, CAME_BY = "sso_asked", "sso_came_by"
REMOVED = "You belong to {team} no longer. An owner of the team can invite you again."
View = Callable[..., HttpResponse]


def telling(view: View) -> View:
    """Give the view its connection; record what is refused, and say it on a page."""

    @wraps(view)
    def told(request: HttpRequest, connection_id: UUID, **more: Any) -> HttpResponse:
        connection = working(connection_id)
        try:
            return view(request, connection, **more)
        except Refused as refusal:
            code, detail = refusal.code, refusal.detail
        except vault.Unreadable:
            code, detail = "secret-unreadable", saml.NOT_FOR_US
        logger.warning("single sign-on refused: %s", code)
        audit.record("sso.refused", by=None, target=connection, team=connection.team, reason=code)
        return error_page(request, 403, detail)

    return told


@login_not_required
@never_cache
@require_safe
@telling
def start(request: HttpRequest, connection: Connection) -> HttpResponse:
    """To the provider; the session remembers what was asked."""
    asked = {"connection": str(connection.pk), "next": safe_next(request)}
    if connection.kind == Kind.OIDC:
        attempt = oidc.Attempt.fresh()
        target = oidc.login_url(connection, attempt, callback_url(request, connection))
        request.session[ASKED] = asked | attempt.as_data()
    else:
        target, request_id = saml.login_url(connection, places(request, connection))
        request.session[ASKED] = asked | {"request_id": request_id}
    return HttpResponseRedirect(target)


@login_not_required
@never_cache
@require_safe
@telling
def callback(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Back from an OpenID Connect provider."""
    asked = taken(request, connection)
    attempt = oidc.Attempt(asked["state"], asked["nonce"], asked["verifier"])
    answer = {name: request.GET[name] for name in request.GET}
    redirect_uri = callback_url(request, connection)
    claims = oidc.claims_of(connection, attempt, answer, redirect_uri)
    return finished(request, connection, claims, asked["next"])


@csrf_exempt  # a page of the provider posts it; what holds is its signature
@login_not_required
@never_cache
@require_POST
@telling
def saml_answer(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The form of a SAML provider's page.

    It comes without our cookies, since another site sends it: the browser is sent on to a page
    of ours, where they tell whether it is the browser that asked.
    """
    encoded = request.POST.get("SAMLResponse", "")
    answer = saml.read_answer(connection, places(request, connection), encoded)
    handle = answers.keep(connection, answer)
    response = HttpResponseRedirect(reverse("identity:sso-finish", args=[connection.pk, handle]))
    response.status_code = 303
    return response


@login_not_required
@never_cache
@require_safe
@telling
def saml_finish(request: HttpRequest, connection: Connection, handle: str) -> HttpResponse:
    """Log in whom the answer named, in the browser that asked."""
    asked = taken(request, connection)
    claims = answers.take(connection, handle, asked["request_id"])
    return finished(request, connection, claims, asked["next"])


@login_not_required
@require_safe
def saml_metadata(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """What the provider must know of this server; it is no secret."""
    connection = Connection.objects.filter(pk=connection_id, kind=Kind.SAML).first()
    if connection is None:
        raise Missing
    content = saml.own_metadata(places(request, connection))
    return HttpResponse(content, content_type="application/samlmetadata+xml")


def working(connection_id: UUID) -> Connection:
    """The connection, if the operator approved a domain of it. Raises Missing."""
    approved = Connection.objects.filter(pk=connection_id, domains__approved_at__isnull=False)
    connection = approved.select_related("team").distinct().first()
    if connection is None:
        raise Missing
    return connection


def taken(request: HttpRequest, connection: Connection) -> dict[str, str]:
    """What this browser asked of this connection; it is answered once. Raises Refused."""
    asked: dict[str, str] = request.session.pop(ASKED, {})
    kind = "state" if connection.kind == Kind.OIDC else "request_id"
    if asked.get("connection") != str(connection.pk) or kind not in asked:
        raise Refused("This browser asked for nothing. Begin again.", code="answer-unasked")
    return asked


def finished(
    request: HttpRequest, connection: Connection, claims: Claims, target: str
) -> HttpResponse:
    """Log in the person of the claims; whoever has a second factor here is asked for it."""
    user = joining.person_of(connection, claims)
    if request.user.is_authenticated:
        log_out(request)
    request.session[CAME_BY] = [user.pk, str(connection.pk), vault.lock(claims.way_out)]
    record_authentication(request, user, method="sso", provider=connection.name)
    audit.record("sso.login", by=user, target=user, team=connection.team)
    if teams.is_removed(connection.team, user):
        messages.warning(request, REMOVED.format(team=connection.team.name))
    return perform_login(request, Login(user=user, email=user.email, redirect_url=target or None))


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards: a path of ours, or nothing."""
    target = request.GET.get("next", "")
    return target if AccountAdapter(request).is_safe_url(target) else ""


def callback_url(request: HttpRequest, connection: Connection) -> str:
    return public(request, reverse("identity:sso-callback", args=[connection.pk]))


def places(request: HttpRequest, connection: Connection) -> saml.Places:
    return saml.Places(
        metadata=public(request, reverse("identity:sso-metadata", args=[connection.pk])),
        answers=public(request, reverse("identity:sso-answer", args=[connection.pk])),
    )
