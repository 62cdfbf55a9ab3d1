"""The groups of a connection, and the roles that they give."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ahnb_platform.accounts import audit

from ..models import Connection, ScimGroup, ScimPerson
from . import people
from .errors import ScimError, invalid, missing

NAME_LENGTH = 255


def groups_of(connection: Connection) -> QuerySet[ScimGroup]:
    found = ScimGroup.objects.filter(connection=connection)
    return found.prefetch_related("members__user").order_by("created_at", "id")


def group_with_id(connection: Connection, group_id: UUID) -> ScimGroup:
    """Raises ScimError 404."""
    group = groups_of(connection).filter(pk=group_id).first()
    if group is None:
        raise missing()
    return group


def create(connection: Connection, name: str, external_id: str) -> ScimGroup:
    """Raises ScimError for a name that is missing or taken."""
    group = ScimGroup(connection=connection)
    rename(group, name, external_id)
    return group


def rename(group: ScimGroup, name: str, external_id: str | None = None) -> None:
    """Set the name, by which roles are mapped. Raises ScimError."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise invalid("A group needs a displayName.")
    group.name = name
    group.external_id = group.external_id if external_id is None else external_id[:NAME_LENGTH]
    try:
        with transaction.atomic():
            group.save()
            _told(group, "scim.group-kept")
    except IntegrityError as error:
        raise ScimError(409, f"{name} is known already.", "uniqueness") from error
    people.sync_roles(group.connection, list(group.members.all()))


def add(group: ScimGroup, ids: Iterable[object]) -> None:
    """Take people in. Raises ScimError for who is not this connection's."""
    _sync(group, {*group.members.all(), *_people(group.connection, ids)})


def discard(group: ScimGroup, ids: Iterable[object]) -> None:
    """Take people out; who is not in it does not matter."""
    gone = {str(one) for one in ids}
    _sync(group, {person for person in group.members.all() if str(person.pk) not in gone})


def replace(group: ScimGroup, ids: Iterable[object]) -> None:
    """Let it be exactly these. Raises ScimError."""
    _sync(group, set(_people(group.connection, ids)))


def remove(group: ScimGroup) -> None:
    """Delete the group; its members lose the role that it gave."""
    with transaction.atomic():
        members = list(group.members.all())
        _told(group, "scim.group-removed")
        group.delete()
        people.sync_roles(group.connection, members)


def _sync(group: ScimGroup, wanted: set[ScimPerson]) -> None:
    with transaction.atomic():
        before = set(group.members.all())
        group.members.set(wanted)
        group.save()
        changed = sorted(before ^ wanted, key=lambda person: str(person.pk))
        if changed:
            _told(group, "scim.group-changed", people=[one.user.email for one in changed])
        people.sync_roles(group.connection, changed)


def _people(connection: Connection, ids: Iterable[object]) -> list[ScimPerson]:
    try:
        wanted = {UUID(str(one)) for one in ids}
    except ValueError as error:
        raise invalid("A member is named by its id.") from error
    found = list(people.people_of(connection).filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise invalid("A member is not known here.")
    return found


def _told(group: ScimGroup, action: str, **data: Any) -> None:
    audit.record(action, by=None, target=group, team=group.connection.team, **data)
