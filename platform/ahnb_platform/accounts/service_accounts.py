"""Service accounts: programs of a team, with a role and tokens of their own.

One belongs to its team for good, whoever made it, and ends when an owner deactivates it. It is no
person: it has no password, no session and no address, and owns nothing.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ahnb_platform.errors import Conflict, Invalid, Missing

from . import audit, tokens
from .access import require, role_in
from .models import ApiToken, Membership, Role, Team, User
from .teams import checked_name, checked_role, locked_team

MOST = 100
# No mail reaches it and nobody holds it (RFC 2606); the database wants an address of everybody.
DOMAIN = "service.invalid"


def make_service_account(*, team: Team, name: str, role: int, by: User) -> User:
    """Make one in a team. Owners.

    Raises:
        Invalid: the name breaks a rule, the role is owner or none, or there are too many.
        Conflict: one that is active has the name, whatever its case (`service-name`).
    """
    name, role = checked_name(name), checked_role(role)
    if role == Role.OWNER:
        raise Invalid("A service account reads or edits; people own a team.", code="service")
    with transaction.atomic():
        team = locked_team(team, by)
        active = User.objects.filter(service_team=team, is_active=True)
        if active.count() >= MOST:
            raise Invalid(f"A team has at most {MOST} service accounts.", code="services")
        if active.filter(name__iexact=name).exists():
            raise Conflict(f"The team has a service account “{name}” already.", code="service-name")
        email = f"{secrets.token_hex(8)}@{DOMAIN}"
        user = User.objects.create_user(email, name=name, service_team=team)
        Membership.objects.create(team=team, user=user, role=role)
        audit.record("service.added", by=by, target=user, team=team, role=role.label)
    return user


def deactivate_service_account(*, team: Team, user: User, by: User) -> None:
    """End one: its tokens work no more, and never again. Owners."""
    with transaction.atomic():
        team = locked_team(team, by)
        ended = User.objects.filter(pk=user.pk, service_team=team, is_active=True)
        if not ended.update(is_active=False):
            return
        now = timezone.now()
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
        audit.record("service.deactivated", by=by, target=user, team=team)


def issue_service_token(
    *,
    team: Team,
    user: User,
    by: User,
    name: str,
    scopes: Iterable[str],
    project: Any = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A token of a service account. Owners.

    Raises:
        Missing: it is not the team's, or does not see the project.
        Invalid: it is deactivated, or as `tokens.issue_token`.
    """
    require(role_in(team, by), Role.OWNER)
    if user.service_team_id != team.pk:
        raise Missing
    if not user.is_active:
        raise Invalid("The service account is deactivated.", code="service")
    return tokens.issue_token(
        user=user, name=name, scopes=scopes, by=by, project=project, expires_at=expires_at
    )


def services_of(team: Team) -> list[Membership]:
    """The team's service accounts, those that are active first, then by name."""
    members = Membership.objects.filter(team=team, user__service_team=team)
    return list(members.select_related("user").order_by("-user__is_active", "user__name", "pk"))


def service_with_id(team: Team, user_id: int) -> User:
    """One of the team's. Raises Missing for anybody else."""
    user = User.objects.filter(service_team=team, pk=user_id).first()
    if user is None:
        raise Missing
    return user
