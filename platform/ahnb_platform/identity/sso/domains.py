"""Which domain belongs to which provider, and so how its people log in."""

from django.conf import settings

from ahnb_platform.accounts.models.user import normalise_email

from ..models import Connection, Domain


def domain_of(email: str) -> str:
    return normalise_email(email).rpartition("@")[2]


def connection_for(email: str) -> Connection | None:
    """The connection that captured the domain of the address: approved by the operator.

    It is the same for every address of the domain, so it tells nothing of who is known here.
    """
    domains = Domain.objects.filter(name=domain_of(email), approved_at__isnull=False)
    domain = domains.select_related("connection__team").first()
    return None if domain is None else domain.connection


def is_local(email: str) -> bool:
    """Whether a password of this server may log the address in."""
    if not settings.LOCAL_LOGIN:
        return False
    connection = connection_for(email)
    return connection is None or connection.local_login


def asks_address_first() -> bool:
    """Whether the page for logging in must know the address before it asks for a password."""
    return not settings.LOCAL_LOGIN or Domain.objects.filter(approved_at__isnull=False).exists()
