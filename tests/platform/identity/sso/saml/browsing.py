"""What a browser does between this server and the provider."""

from typing import Any

from django.test import Client

from ahnb_platform.accounts.models import AuditEvent
from ahnb_platform.identity.models import Connection

from .provider import LOGIN, encoded


def begin(client: Client, connection: Connection, target: str = "") -> str:
    answer = client.get(f"/account/sso/{connection.pk}/start/", {"next": target})
    assert answer["Location"].startswith(LOGIN)
    return answer["Location"]


def post(connection: Connection, xml: str, browser: Client | None = None) -> Any:
    """The provider's page posts; cookies of ours do not come along from another site."""
    path = f"/account/sso/{connection.pk}/answer/"
    return (browser or Client(enforce_csrf_checks=True)).post(path, {"SAMLResponse": encoded(xml)})


def log_in(client: Client, connection: Connection, xml: str) -> Any:
    answer = post(connection, xml)
    return client.get(answer["Location"]) if answer.status_code == 303 else answer


def reason() -> str:
    return AuditEvent.objects.get(action="sso.refused").data["reason"]
