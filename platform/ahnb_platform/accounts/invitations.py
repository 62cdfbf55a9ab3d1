"""Invitations: the way into a team for whoever holds an e-mail address.

An invitation is bound to the address and the role, works once and for `DAYS`, and ends when it is
revoked or when who made it no longer owns the team. Whether the address is known to this server
shows neither to who invites nor to who opens the link: both are told the same of every address.
Only who uses the link up, and then logs in with the password chosen there, learns that it was new.
"""

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from ahnb_platform.errors import Conflict, Invalid, Missing, NotAllowed

from . import audit, local_login, people
from .access import role_in
from .models import Invitation, Membership, Role, Team, User
from .secret import digest_of, fresh_secret
from .teams import checked_role, enter, locked_team

DAYS = 7
MOST_OPEN = 200


class Invited(NamedTuple):
    """A new invitation, and the path that accepts it, which is kept nowhere."""

    invitation: Invitation
    path: str


def invite(*, team: Team, email: str, role: int, by: User) -> Invited:
    """Ask an address into a team; an open invitation of the address ends. Owners.

    Nobody grants more than the own role: owners alone invite, and theirs is the largest.

    Raises:
        Invalid: no e-mail address, no role, or too many open invitations.
        Conflict: a member already (`already-member`).
    """
    role, email = checked_role(role), people.checked_email(email)
    secret = fresh_secret()
    with transaction.atomic():
        team = locked_team(team, by)
        _refuse_member(team, email)
        _end(_unused().filter(team=team, email=email))
        if _open().filter(team=team).count() >= MOST_OPEN:
            raise Invalid(f"A team has at most {MOST_OPEN} open invitations.", code="invitations")
        invitation = Invitation.objects.create(
            team=team,
            email=email,
            role=role,
            digest=digest_of(secret),
            invited_by=by,
            expires_at=timezone.now() + timedelta(days=DAYS),
        )
        audit.record("invitation.made", by=by, target=invitation, team=team, role=role.label)
    return Invited(invitation, reverse("accounts:invitation", args=[secret]))


def open_invitations(team: Team) -> list[Invitation]:
    """Those that can still be accepted, the newest first, with who made them."""
    return list(_open().filter(team=team).select_related("invited_by"))


def revoke_invitation(*, team: Team, invitation_id: int, by: User) -> Invitation:
    """End an invitation before it is accepted. Owners. Raises Missing where none is open."""
    with transaction.atomic():
        team = locked_team(team, by)
        invitation = _unused().filter(team=team, pk=invitation_id).first()
        if invitation is None:
            raise Missing
        _end(_unused().filter(pk=invitation.pk))
        audit.record("invitation.revoked", by=by, target=invitation, team=team)
    return invitation


def open_invitation(secret: str) -> Invitation:
    """The invitation while it can be accepted; nothing is used up.

    Raises:
        Missing: unknown, accepted, expired, revoked, or no longer its maker's to give.
    """
    found = _open().filter(digest=digest_of(secret)).select_related("team", "invited_by").first()
    if found is None or role_in(found.team, found.invited_by) < Role.OWNER:
        raise Missing
    return found


def accept(secret: str, *, by: User) -> Membership:
    """Join, as the person of the address. Of many at once one does.

    Raises:
        Missing: as `open_invitation`.
        NotAllowed: it is for another address.
        Conflict: a member already.
    """
    with transaction.atomic():
        invitation = _taken(secret)
        if by.email != invitation.email:
            raise NotAllowed("The invitation is for another address.", code="other-address")
        return _join(invitation, by)


def welcome(secret: str, *, password: str, name: str = "") -> None:
    """Make the person of the address, with a password of their choice; a known one stays as it is.

    Neither the outcome nor what it costs tells which of the two it was: the invitation stays open
    until its person has logged in and accepts it.

    Raises:
        Missing: as `open_invitation`.
        Invalid: the password is too weak.
        Conflict: people of the address's domain log in through their provider (`not-local`).
    """
    invitation = open_invitation(secret)
    email = invitation.email
    if not local_login.is_allowed(email):
        raise Conflict(local_login.ELSEWHERE, code="not-local")
    people.check_password(password, User(email=email, name=name))
    if people.person_with_email(email) is not None:
        make_password(password)  # as much work as storing one
        return
    with suppress(Conflict), transaction.atomic():  # made by another attempt meanwhile
        user = people.create_person(email=email, name=name, by=None)
        # Without an event for the team, whose audit would tell that the address was new.
        user.home_team = invitation.team
        user.save(update_fields=["home_team"])
        people.set_password(user=user, password=password, by=user)


def _taken(secret: str) -> Invitation:
    """The invitation, held against others until the transaction ends; those see it used."""
    invitation = open_invitation(secret)
    # The team first, as whoever removes its maker does: one order, no deadlock.
    Team.objects.select_for_update().get(pk=invitation.team_id)
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    return open_invitation(secret)


def _join(invitation: Invitation, user: User) -> Membership:
    role, team = Role(invitation.role), invitation.team
    _refuse_member(team, user.email)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now())
    invited_by = invitation.invited_by.email
    audit.record(
        "invitation.accepted",
        by=user,
        target=invitation,
        team=team,
        role=role.label,
        invited_by=invited_by,
    )
    return enter(team=team, user=user, role=role, by=user)


def _refuse_member(team: Team, email: str) -> None:
    if Membership.objects.filter(team=team, user__email=email).exists():
        raise Conflict(f"{email} belongs to {team.name} already.", code="already-member")


def _unused() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, revoked_at=None)


def _open() -> QuerySet[Invitation]:
    return _unused().filter(expires_at__gt=timezone.now())


def _end(invitations: QuerySet[Invitation]) -> None:
    invitations.update(revoked_at=timezone.now())
