"""Teams and their members: every change, each with its rule and its audit event.

`by` is the person who acts, or None for the operator at the command line, who may everything.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ahnb_platform.errors import Conflict, Invalid, Missing

from . import audit
from .access import require, role_in
from .models import Membership, Removal, Role, Team, TeamAlias, User
from .slugs import validate_slug

LONGEST_NAME = 100


def create_team(*, slug: str, by: User | None, name: str = "") -> Team:
    """Make a team; who makes it owns it. Without a name the slug is the name.

    Raises:
        Invalid: the slug or the name breaks a rule.
        Conflict: the slug is taken (`slug-taken`).
    """
    slug, name = checked_slug(slug), checked_name(name or slug)
    try:
        with transaction.atomic():
            TeamAlias.objects.filter(slug=slug).delete()
            team = Team.objects.create(slug=slug, name=name)
            audit.record("team.created", by=by, target=team, team=team, slug=slug)
            if by is not None:
                Membership.objects.create(team=team, user=by, role=Role.OWNER)
    except IntegrityError as error:
        raise _slug_taken(slug) from error
    return team


def update_team(*, team: Team, by: User | None, slug: str, name: str) -> Team:
    """Rename a team; its old slug goes on leading to it. Owners.

    Raises:
        Invalid, Conflict: as `create_team`.
    """
    slug, name = checked_slug(slug), checked_name(name)
    try:
        with transaction.atomic():
            team = locked_team(team, by)
            before = {"slug": team.slug, "name": team.name}
            if slug != team.slug:
                TeamAlias.objects.filter(slug=slug).delete()
                TeamAlias.objects.create(slug=team.slug, team=team)
            team.slug, team.name = slug, name
            team.save(update_fields=["slug", "name"])
            after = {"slug": slug, "name": name}
            audit.record("team.renamed", by=by, target=team, team=team, before=before, after=after)
    except IntegrityError as error:
        raise _slug_taken(slug) from error
    return team


def archive_team(*, team: Team, by: User | None) -> Team:
    """Leave the team and its projects out of lists; nothing is lost or closed. Owners."""
    return _set_archived(team, by, archived=True)


def restore_team(*, team: Team, by: User | None) -> Team:
    """Undo `archive_team`. Owners."""
    return _set_archived(team, by, archived=False)


def add_member(*, team: Team, user: User, role: int, by: User | None) -> Membership:
    """Take a person into a team. Owners.

    Raises:
        Invalid: a service account.
        Conflict: a member already (`already-member`).
    """
    role = checked_role(role)
    if user.is_service:
        raise Invalid("A service account belongs to its own team alone.", code="service")
    try:
        with transaction.atomic():
            return enter(team=locked_team(team, by), user=user, role=role, by=by)
    except IntegrityError as error:
        raise Conflict(
            f"{user.email} belongs to {team.name} already.", code="already-member"
        ) from error


def enter(*, team: Team, user: User, role: Role, by: User | None) -> Membership:
    """Make the membership, whoever let the person in; an earlier removal holds no longer."""
    lift_removal(team, user)
    member = Membership.objects.create(team=team, user=user, role=role)
    audit.record("member.added", by=by, target=user, team=team, role=role.label)
    return member


def change_role(*, team: Team, user: User, role: int, by: User | None) -> Membership:
    """Give a member another role. Owners.

    Raises:
        Missing: no member.
        Invalid: a service account never owns.
        Conflict: the last owner stays one (`last-owner`).
    """
    role = checked_role(role)
    if user.is_service and role == Role.OWNER:
        raise Invalid("A service account reads or edits; people own a team.", code="service")
    with transaction.atomic():
        team = locked_team(team, by)
        member = _member(team, user)
        before = Role(member.role)
        if before == role:
            return member
        _keep_an_owner(team, member)
        member.role = role
        member.save(update_fields=["role"])
        if role < Role.OWNER:
            _end_invitations(team, user)
        audit.record(
            "member.role-changed",
            by=by,
            target=user,
            team=team,
            before=before.label,
            after=role.label,
        )
    return member


def remove_member(*, team: Team, user: User, by: User | None) -> None:
    """End a membership and all that came with it: owners any, everybody the own.

    The person's shares of the team's projects, tokens bound to one of these, unused one-time
    links and open invitations end in the same transaction; what else a token or a session could
    see is decided by the role, which every request asks for. What a person ends, themselves or an
    owner, no login through a provider undoes: see `is_removed`.

    Raises:
        Missing: no member.
        Conflict: the last owner stays (`last-owner`).
    """
    with transaction.atomic():
        team = locked_team(team, by, needed=Role.READER if by == user else Role.OWNER)
        member = _member(team, user)
        _keep_an_owner(team, member)
        role = Role(member.role).label
        member.delete()
        if by is not None:
            keep_out(team, user)
        ended = _end_all_access(team, user)
        audit.record("member.removed", by=by, target=user, team=team, role=role, **ended)


def is_removed(team: Team, user: User) -> bool:
    """Whether the person was removed or left, and nobody has let them in again since."""
    return Removal.objects.filter(team=team, user=user).exists()


def keep_out(team: Team, user: User) -> None:
    """Let no login through a provider make the person a member again."""
    Removal.objects.update_or_create(team=team, user=user, defaults={"removed_at": timezone.now()})


def lift_removal(team: Team, user: User) -> bool:
    """Undo `keep_out`; whether there was something to undo."""
    return Removal.objects.filter(team=team, user=user).delete()[0] > 0


def members_of(team: Team) -> list[Membership]:
    """The members that are people, with these, owners first, then by address."""
    members = Membership.objects.filter(team=team, user__service_team=None).select_related("user")
    return list(members.order_by("-role", "user__email"))


def checked_slug(slug: str) -> str:
    """Raises Invalid with words that say what to change."""
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise Invalid(error.messages[0], code="slug") from error
    return slug


def checked_name(name: str) -> str:
    """The name without surrounding space. Raises Invalid."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"Use 1 to {LONGEST_NAME} printable characters.", code="name")
    return name


def checked_role(role: Any) -> Role:
    """Raises Invalid for what is no role."""
    try:
        return Role(role)
    except ValueError as error:
        raise Invalid("Choose one of the roles.", code="role") from error


def locked_team(team: Team, by: User | None, needed: Role = Role.OWNER) -> Team:
    """The team's row, held against others, once `by` is seen to hold the role `needed`."""
    locked = Team.objects.select_for_update().filter(pk=team.pk).first()
    if locked is None:
        raise Missing
    if by is not None:
        require(role_in(locked, by), needed)
    return locked


def _member(team: Team, user: User) -> Membership:
    member = Membership.objects.filter(team=team, user=user).first()
    if member is None:
        raise Missing
    return member


def _keep_an_owner(team: Team, member: Membership) -> None:
    """Refuse to take away the last owner who can still log in."""
    if member.role != Role.OWNER:
        return
    others = Membership.objects.filter(team=team, role=Role.OWNER, user__is_active=True)
    if not others.exclude(pk=member.pk).exists():
        raise Conflict("A team needs an owner: make somebody else one first.", code="last-owner")


def _end_all_access(team: Team, user: User) -> dict[str, Any]:
    """End what a former member could still use; how many of each kind there were."""
    now = timezone.now()
    shares, _ = user.shared_projects.filter(project__team=team).delete()
    tokens = user.api_tokens.filter(project__team=team, revoked_at=None).update(revoked_at=now)
    user.login_links.filter(team=team, used_at=None).update(used_at=now)
    return {"shares": shares, "tokens": tokens, "invitations": _end_invitations(team, user)}


def _end_invitations(team: Team, user: User) -> int:
    """Revoke the open invitations that somebody made who owns the team no longer."""
    unused = user.invitations_made.filter(team=team, accepted_at=None, revoked_at=None)
    return unused.update(revoked_at=timezone.now())


def _set_archived(team: Team, by: User | None, *, archived: bool) -> Team:
    with transaction.atomic():
        team = locked_team(team, by)
        if (team.archived_at is not None) == archived:
            return team
        team.archived_at = timezone.now() if archived else None
        team.save(update_fields=["archived_at"])
        audit.record(
            "team.archived" if archived else "team.restored", by=by, target=team, team=team
        )
    return team


def _slug_taken(slug: str) -> Conflict:
    return Conflict(f"The address “{slug}” is taken.", code="slug-taken")
