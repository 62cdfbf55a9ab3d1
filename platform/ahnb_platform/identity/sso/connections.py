"""A team's connection: what its owner configures, and what only the operator may allow."""

import re
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require, role_in
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.accounts.secret import digest_of
from ahnb_platform.errors import Conflict, Invalid, Missing

from .. import vault
from ..models import Connection, Domain

# Whoever changes one of these changes who vouches: then the operator must look again.
VOUCHING = (
    "kind",
    "issuer",
    "client_id",
    "trusts_addresses",
    "entity_id",
    "sso_url",
    "certificate",
    "metadata_url",
)
# What a provider's metadata says, and what makes them the metadata of that provider.
SAID, SAID_BY = {"sso_url", "certificate"}, {"kind", "metadata_url", "entity_id"}
DOMAIN = re.compile(r"(?!-)(?:[a-z0-9-]{1,63}(?<!-)\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
SCIM_PREFIX = "ahnbscim_"


def connection_of_team(team: Team) -> Connection | None:
    """What is configured, with nothing said of whether it works."""
    return Connection.objects.filter(team=team).first()


def save_connection(
    *, team: Team, by: User | None, secret: str = "", **fields: Any
) -> tuple[Connection, bool]:
    """Make or change the connection of `team`; whether its domains must be approved again. Owners.

    Args:
        secret: a new client secret; empty keeps the one there is.
        fields: of `Connection`.
    """
    with transaction.atomic():
        _allow(team, by)
        found = Connection.objects.select_for_update().filter(team=team).first()
        connection = found or Connection(team=team)
        changed = [name for name in fields if getattr(connection, name) != fields[name]]
        for name, value in fields.items():
            setattr(connection, name, value)
        if secret:
            connection.locked_secret = vault.lock(secret)
        if connection.metadata_url:  # the form has just read it
            connection.metadata_read_at = connection.metadata_tried_at = timezone.now()
            connection.metadata_fault = ""
        connection.save()
        withdrawn = _is_another(connection, set(changed)) and _withdraw(connection) > 0
        audit.record(
            "sso.connection-changed" if found else "sso.connection-made",
            by=by,
            target=connection,
            team=team,
            fields=sorted({*changed, *(["secret"] if secret else [])}),
            provider=connection.provider,
            approvals_withdrawn=withdrawn,
        )
    return connection, withdrawn


def remove_connection(*, team: Team, by: User | None) -> None:
    """End single sign-on and SCIM of the team; people keep their accounts. Owners."""
    with transaction.atomic():
        _allow(team, by)
        connection = _connection(team)
        audit.record("sso.connection-removed", by=by, target=connection, team=team)
        connection.delete()


def claim_domain(*, team: Team, by: User | None, name: str) -> Domain:
    """Say that addresses of the domain belong to the provider; it waits for the operator. Owners.

    Raises:
        Invalid: no domain. Conflict: claimed already by this team.
    """
    name = name.strip().lower().removeprefix("@")
    if not DOMAIN.fullmatch(name) or len(name) > 253:
        raise Invalid(f"“{name}” is no domain.", code="domain")
    try:
        with transaction.atomic():
            _allow(team, by)
            domain = Domain.objects.create(connection=_connection(team), name=name)
            audit.record("sso.domain-claimed", by=by, target=domain, team=team)
    except IntegrityError as error:
        raise Conflict(f"{name} is claimed already.", code="domain-claimed") from error
    return domain


def drop_domain(*, team: Team, by: User | None, name: str) -> None:
    """Take a claim back. Owners. Raises Missing."""
    with transaction.atomic():
        _allow(team, by)
        domain = Domain.objects.filter(connection__team=team, name=name).first()
        if domain is None:
            raise Missing
        audit.record("sso.domain-dropped", by=by, target=domain, team=team)
        domain.delete()


def approve_domain(*, domain: Domain, by: User | None) -> Domain:
    """Let the connection log in everybody with an address of the domain. The operator alone.

    Raises:
        Conflict: another connection has the domain.
    """
    connection = domain.connection
    try:
        with transaction.atomic():
            domain.approved_at = timezone.now()
            domain.save(update_fields=["approved_at"])
            audit.record(
                "sso.domain-approved",
                by=by,
                target=domain,
                team=connection.team,
                provider=connection.provider,
            )
    except IntegrityError as error:
        raise Conflict(f"{domain.name} belongs to another team.", code="domain-taken") from error
    return domain


def new_scim_token(*, team: Team, by: User | None) -> str:
    """The text of a token for SCIM; it leaves here and replaces the one before. Owners."""
    text = SCIM_PREFIX + secrets.token_hex(32)
    with transaction.atomic():
        _allow(team, by)
        connection = _connection(team)
        connection.scim_digest = digest_of(text)
        connection.save(update_fields=["scim_digest"])
        audit.record("scim.token-made", by=by, target=connection, team=team)
    return text


def end_scim(*, team: Team, by: User | None) -> None:
    """Let no token work any more. Owners."""
    with transaction.atomic():
        _allow(team, by)
        connection = _connection(team)
        connection.scim_digest = None
        connection.save(update_fields=["scim_digest"])
        audit.record("scim.token-ended", by=by, target=connection, team=team)


def _allow(team: Team, by: User | None) -> None:
    if by is not None:
        require(role_in(team, by), Role.OWNER)


def _connection(team: Team) -> Connection:
    found = Connection.objects.select_for_update().filter(team=team).first()
    if found is None:
        raise Missing
    return found


def _is_another(connection: Connection, changed: set[str]) -> bool:
    """Whether somebody else vouches now; new metadata of the same address are the provider's own.

    They were read from there when the form was sent, as the schedule does once a day.
    """
    vouching = changed & set(VOUCHING)
    if connection.metadata_url and not vouching & SAID_BY:
        vouching -= SAID
    return bool(vouching)


def _withdraw(connection: Connection) -> int:
    return Domain.objects.filter(connection=connection).update(approved_at=None)
