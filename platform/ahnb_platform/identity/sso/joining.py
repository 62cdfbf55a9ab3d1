"""Whom a provider's answer logs in: somebody known, or somebody new; and as what."""

from django.db import transaction

from ahnb_platform.accounts import audit, people, teams
from ahnb_platform.accounts.models import Membership, Role, User
from ahnb_platform.errors import Conflict, Invalid

from ..models import Connection, ExternalIdentity, ScimGroup
from .claims import Claims, Refused
from .domains import connection_for

FOREIGN = "This address does not belong to the domains of the provider."


def person_of(connection: Connection, claims: Claims) -> User:
    """The person, who is a member of the connection's team from now on unless removed from it.

    Raises:
        Refused: the address is not of a domain that this very connection captured, belongs to a
            superuser, to somebody deactivated, or to somebody else at the same provider.
    """
    with transaction.atomic():
        # Two first logins at once must not make two people.
        Connection.objects.select_for_update().get(pk=connection.pk)
        known = ExternalIdentity.objects.filter(connection=connection, subject=claims.subject)
        identity = known.select_related("user").first()
        user = identity.user if identity else _by_address(connection, claims)
        check_within(connection, user)
        if not user.is_active:
            raise Refused("Your account is deactivated.", code="inactive")
        take_into_team(connection, user, claims.groups)
    return user


def check_within(connection: Connection, user: User) -> None:
    """Raises Refused for everybody whom the provider has no say over."""
    captured = connection_for(user.email)
    if captured is None or captured.pk != connection.pk:
        raise Refused(FOREIGN, code="foreign-domain")
    if user.is_superuser or user.is_staff:
        raise Refused(
            "An administrator logs in with a password or a one-time link.", code="superuser"
        )


def take_into_team(connection: Connection, user: User, groups: tuple[str, ...]) -> None:
    """Make the person a member; where groups are mapped to roles, with the role they give.

    Not whom an owner removed, or who left: that holds until somebody lets them in again.
    """
    team, role = connection.team, role_for(connection, (*groups, *_kept_groups(connection, user)))
    held = Membership.objects.filter(team=team, user=user).first()
    if held is None and teams.is_removed(team, user):
        audit.record("sso.kept-out", by=None, target=user, team=team)
    elif held is None:
        teams.add_member(team=team, user=user, role=role, by=None)
    elif connection.group_roles and held.role != role:
        try:
            teams.change_role(team=team, user=user, role=role, by=None)
        except Conflict as refusal:  # the last owner stays one, whatever the provider says
            audit.record("sso.role-kept", by=None, target=user, team=team, reason=refusal.code)


def role_for(connection: Connection, groups: tuple[str, ...]) -> Role:
    """The largest role that one of the groups gives; without any, the default."""
    given = [Role(connection.group_roles[name]) for name in groups if name in _roles(connection)]
    return max(given, default=Role(connection.default_role))


def _kept_groups(connection: Connection, user: User) -> list[str]:
    """Those that the provider keeps up to date by SCIM."""
    kept = ScimGroup.objects.filter(connection=connection, members__user=user)
    return list(kept.values_list("name", flat=True))


def _roles(connection: Connection) -> dict[str, int]:
    roles: dict[str, int] = connection.group_roles
    return roles


def _by_address(connection: Connection, claims: Claims) -> User:
    """The person with the address, bound to the subject from now on; a new one when nobody has."""
    captured = connection_for(claims.email)
    if captured is None or captured.pk != connection.pk:
        raise Refused(FOREIGN, code="foreign-domain")
    user = people.person_with_email(claims.email) or _new(connection, claims)
    check_within(connection, user)
    if ExternalIdentity.objects.filter(connection=connection, user=user).exists():
        raise Refused(
            "Somebody else had this address before. Tell an owner of your team.",
            code="address-reused",
        )
    ExternalIdentity.objects.create(connection=connection, user=user, subject=claims.subject)
    audit.record("sso.joined", by=None, target=user, team=connection.team)
    return user


def _new(connection: Connection, claims: Claims) -> User:
    name = claims.name if claims.name.isprintable() else ""
    try:
        return people.create_person(
            email=claims.email, by=None, name=name, home_team=connection.team
        )
    except (Invalid, Conflict) as error:
        raise Refused(FOREIGN, code="foreign-domain") from error
