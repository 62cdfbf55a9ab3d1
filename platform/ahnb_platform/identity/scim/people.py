"""The people that a connection may touch: of its own captured domains, and no administrator."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from ahnb_platform.accounts import audit, links, teams, tokens
from ahnb_platform.accounts import people as accounts
from ahnb_platform.accounts.models import Membership, User
from ahnb_platform.accounts.models.user import normalise_email
from ahnb_platform.errors import Conflict, DomainError

from ..models import Connection, ScimPerson
from ..sso.claims import Refused
from ..sso.joining import check_within, take_into_team
from .errors import ScimError, invalid, missing

NAME_LENGTH = 100


@dataclass
class Fields:
    """What a provider wants of a person; None leaves it as it is."""

    email: str | None = None
    name: str | None = None
    active: bool | None = None
    external_id: str | None = None


def people_of(connection: Connection) -> QuerySet[ScimPerson]:
    """Those that this provider keeps, as long as they are its own to keep."""
    users = User.objects.filter(_captured(connection))
    kept = ScimPerson.objects.filter(connection=connection, user__in=users)
    return kept.select_related("user").prefetch_related("groups").order_by("created_at", "id")


def keep_members(connection: Connection) -> None:
    """Keep the members of the team, too, who came otherwise: providers look for them first."""
    kept = ScimPerson.objects.filter(connection=connection)
    members = User.objects.filter(_captured(connection), memberships__team=connection.team)
    found = list(members.exclude(pk__in=kept.values("user")).order_by("pk"))
    if not found:
        return
    with transaction.atomic():
        rows = [ScimPerson(connection=connection, user=user) for user in found]
        ScimPerson.objects.bulk_create(rows, ignore_conflicts=True)
        for user in found:
            audit.record("scim.person-kept", by=None, target=user, team=connection.team)


def person_with_id(connection: Connection, person_id: UUID) -> ScimPerson:
    """Raises ScimError 404."""
    person = people_of(connection).filter(pk=person_id).first()
    if person is None:
        raise missing()
    return person


def create(connection: Connection, fields: Fields) -> ScimPerson:
    """Make the person, or take over who has the address already, and make them a member.

    Raises:
        ScimError: the address is not of a captured domain, an administrator's, or kept already.
    """
    email = normalise_email(fields.email or "")
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        user = accounts.person_with_email(email) or _new(connection, email)
        _within(connection, user)
        if ScimPerson.objects.filter(connection=connection, user=user).exists():
            raise ScimError(409, f"{email} is known already.", "uniqueness")
        person = ScimPerson.objects.create(connection=connection, user=user)
        audit.record("scim.person-kept", by=None, target=user, team=connection.team)
        teams.lift_removal(connection.team, user)
        take_into_team(connection, user, ())
        change(person, Fields(None, fields.name, fields.active, fields.external_id))
    return person


def change(person: ScimPerson, fields: Fields) -> None:
    """Bring the person up to date; deactivating ends all access at once. Raises ScimError."""
    with transaction.atomic():
        if fields.external_id is not None:
            person.external_id = fields.external_id[:255]
        person.save()
        _rename(person, fields)
        if fields.active is not None and fields.active != person.user.is_active:
            set_active(person, active=fields.active)


def set_active(person: ScimPerson, *, active: bool) -> None:
    """Let the person in, even if removed, or end sessions, tokens and links and keep them out."""
    user, team = person.user, person.connection.team
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])  # its signal ends the sessions
        if active and teams.lift_removal(team, user):
            take_into_team(person.connection, user, ())
        if not active:
            links.end_links(user)
            for token in user.api_tokens.filter(revoked_at=None).select_related("project__team"):
                tokens.revoke_token(token=token, by=None)
        audit.record(
            "scim.person-activated" if active else "scim.person-deactivated",
            by=None,
            target=user,
            team=team,
        )


def remove(person: ScimPerson) -> None:
    """Deactivate, end the membership, and keep the person no longer. What they made stays."""
    user, team = person.user, person.connection.team
    with transaction.atomic():
        if user.is_active:
            set_active(person, active=False)
        if Membership.objects.filter(team=team, user=user).exists():
            try:
                teams.remove_member(team=team, user=user, by=None)
            except Conflict as refusal:  # deactivated all the same
                audit.record("sso.role-kept", by=None, target=user, team=team, reason=refusal.code)
        audit.record("scim.person-removed", by=None, target=user, team=team)
        person.delete()


def sync_roles(connection: Connection, people: list[ScimPerson]) -> None:
    """Give each the role of their groups, where groups are mapped to roles."""
    for person in people:
        take_into_team(connection, person.user, ())


def _captured(connection: Connection) -> Q:
    """Which people the connection has a say over: of its domains, and no administrators."""
    names = connection.domains.filter(approved_at__isnull=False).values_list("name", flat=True)
    within = Q(pk__in=[])
    for name in names:
        within |= Q(email__endswith=f"@{name}")
    return within & Q(is_superuser=False, is_staff=False, service_team=None)


def _rename(person: ScimPerson, fields: Fields) -> None:
    user = person.user
    before = {"email": user.email, "name": user.name}
    if fields.name is not None:
        user.name = fields.name.strip()[:NAME_LENGTH] if fields.name.isprintable() else user.name
    if fields.email is not None:
        user.email = normalise_email(fields.email)
        _within(person.connection, user)
    after = {"email": user.email, "name": user.name}
    if before == after:
        return
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "name"])
    except IntegrityError as error:
        raise ScimError(409, f"{user.email} is taken.", "uniqueness") from error
    team = person.connection.team
    audit.record("person.changed", by=None, target=user, team=team, before=before, after=after)


def _new(connection: Connection, email: str) -> User:
    _within(connection, User(email=email))
    try:
        return accounts.create_person(email=email, by=None, home_team=connection.team)
    except DomainError as error:
        raise invalid(error.detail) from error


def _within(connection: Connection, user: User) -> None:
    try:
        check_within(connection, user)
    except Refused as refusal:
        raise ScimError(403, refusal.detail) from refusal
