"""One-time links: a way in for a new person or for a forgotten password.

An owner may make one for a member only while that hands over nothing that the team does not own
already: the person came through this team, belongs to no other, is shown no project of another,
and has no right in the admin site. It is checked again when the link is used. For anybody else a
superuser makes the link, by `manage.py adduser` or in the admin site.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from ahnb_platform.errors import Missing, NotAllowed

from . import audit, local_login
from .access import require, role_in
from .models import LoginLink, Membership, Role, Team, User
from .secret import digest_of, fresh_secret

# To be handed over, which takes a while.
HOURS = 72
# Of what opens the whole server, of what lies in a mailbox, and of what is opened where it is made.
SHORT_HOURS = 0.25


def make_login_link(
    *,
    user: User,
    asks_password: bool = True,
    hours: float | None = None,
    by: User | None = None,
    team: Team | None = None,
) -> str:
    """The path of a link that logs `user` in once; the caller has checked that `by` may.

    Args:
        asks_password: whether the person then chooses a password.
        hours: for how long it works; None for the usual, which is short for a superuser.
        team: the team in whose name an owner makes it; None for a superuser or the operator.

    Raises:
        NotAllowed: `user` is a service account.
    """
    if user.is_service:
        raise NotAllowed("A service account has tokens; nobody logs in as one.", code="service")
    hours = usual_hours(user) if hours is None else hours
    secret = fresh_secret()
    with transaction.atomic():
        LoginLink.objects.create(
            user=user,
            digest=digest_of(secret),
            team=team,
            asks_password=asks_password,
            expires_at=timezone.now() + timedelta(hours=hours),
        )
        audit.record("account.link-made", by=by, target=user, team=team, hours=hours)
    return reverse("accounts:link", args=[secret])


def usual_hours(user: User) -> float:
    """For how long a link of that person works unless somebody says otherwise."""
    return SHORT_HOURS if user.is_superuser else HOURS


def make_member_link(*, team: Team, user: User, by: User) -> str:
    """The path of a link that an owner of `team` hands to a member.

    Raises:
        NotAllowed: `by` is no owner, or the person is more than this team's own.
    """
    require(role_in(team, by), Role.OWNER)
    if not may_vouch(team, user):
        raise NotAllowed(
            "This person is known beyond this team, so only an administrator can make a link.",
            code="not-yours-to-vouch",
        )
    if not local_login.is_allowed(user.email):
        raise NotAllowed(local_login.ELSEWHERE, code="not-local")
    return make_login_link(user=user, by=by, team=team)


def may_vouch(team: Team, user: User) -> bool:
    """Whether a link made by an owner of `team` opens nothing beyond the team."""
    return _own_people(team).filter(pk=user.pk).exists()


def offered(team: Team) -> set[int]:
    """The keys of the members for whom `make_member_link` makes one."""
    people = _own_people(team).values_list("pk", "email")
    domains = {email.rpartition("@")[2] for _, email in people}
    local = {domain for domain in domains if local_login.is_allowed(f"anybody@{domain}")}
    return {key for key, email in people if email.rpartition("@")[2] in local}


def open_link(secret: str) -> LoginLink:
    """The link, while it still works; nothing is used up.

    Raises:
        Missing: unknown, used, expired, or no longer the team's to give.
    """
    link = _working().filter(digest=digest_of(secret)).select_related("user", "team").first()
    if link is None or (link.team is not None and not _is_the_teams(link.team, link.user)):
        raise Missing
    return link


def use_link(secret: str) -> LoginLink:
    """Use the link up. Of many at once one gets it.

    Raises:
        Missing: as `open_link`.
    """
    with transaction.atomic():
        link = open_link(secret)
        # On its own row alone: with a join PostgreSQL would not look again after waiting.
        unused = LoginLink.objects.filter(pk=link.pk, used_at=None)
        if not unused.update(used_at=timezone.now()):
            raise Missing
        audit.record("account.link-used", by=link.user, target=link.user, team=link.team)
    return link


def end_links(user: User) -> None:
    """Let no older link outlive a new password."""
    LoginLink.objects.filter(user=user, used_at=None).update(used_at=timezone.now())


def _is_the_teams(team: Team, user: User) -> bool:
    return may_vouch(team, user) and local_login.is_allowed(user.email)


def _own_people(team: Team) -> QuerySet[User]:
    """Those who came through the team, belong to no other and are shown no project of another."""
    own = User.objects.filter(memberships__team=team, home_team=team, is_active=True)
    own = own.filter(is_staff=False, is_superuser=False, service_team=None)
    elsewhere = Membership.objects.filter(user=OuterRef("pk")).exclude(team=team)
    shares: Any = User._meta.get_field("shared_projects").related_model
    shown = shares.objects.filter(user=OuterRef("pk")).exclude(project__team=team)
    return own.exclude(Exists(elsewhere)).exclude(Exists(shown))


def _working() -> QuerySet[LoginLink]:
    return LoginLink.objects.filter(
        used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    )
