"""What the server asks of a provider.

Nothing is asked in a login before the operator approved a domain of that very provider; the address
of metadata that an owner gives is asked when it is saved. Beside the provider's own host only the
public internet is asked, answers are short, and redirects are not followed.
"""

import json
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from ahnb_platform.outgoing.sending import Sender, Unreachable
from ahnb_platform.strictness import is_public

from .claims import Refused

SECONDS = 5.0
LONGEST_BYTES = 1_000_000
LOOPBACK = ("127.0.0.1", "localhost", "::1")
UNREACHABLE = "The provider did not answer as it should. Try again, or tell an owner of your team."


def is_safe_url(url: str) -> bool:
    """https; http only on this very machine, on a server that others do not reach."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    return (parts.scheme == "https" and bool(parts.hostname)) or (is_local and _is_tried_out())


def checked(url: object, issuer: str) -> str:
    """An address that the provider named. Only one on this machine may point to this machine.

    Raises:
        Refused: it is no address that may be asked (`provider-unreachable`).
    """
    if isinstance(url, str) and is_safe_url(url):
        points_here = urlsplit(url).hostname in LOOPBACK
        if not points_here or urlsplit(issuer).hostname in LOOPBACK:
            return url
    raise Refused(UNREACHABLE, code="provider-unreachable")


def document(
    method: str,
    url: object,
    issuer: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object at `url`. Raises Refused (`provider-unreachable`) for anything else."""
    url, sent = checked(url, issuer), {"Accept": "application/json", **(headers or {})}
    body = None
    if form is not None:
        body = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        status, content = sender_to(_place_of(issuer)).ask(
            method, url, body, sent, most_bytes=LONGEST_BYTES
        )
        found = json.loads(content) if status == 200 else None
    except (Unreachable, ValueError, RecursionError) as error:
        raise Refused(UNREACHABLE, code="provider-unreachable") from error
    if not isinstance(found, dict):
        raise Refused(UNREACHABLE, code="provider-unreachable")
    return found


def sender_to(*places: str) -> Sender:
    """Reaches the public internet, the `places` and those that the operator named."""
    exceptions = [*places, *settings.WEBHOOK_HOSTS]
    context = trusting(settings.WEBHOOK_CA_FILE)
    return Sender(exceptions=exceptions, context=context, seconds=SECONDS)


@cache
def trusting(own_authorities: str) -> ssl.SSLContext:
    """The system's authorities and those of a file; reading them takes some 20 ms."""
    context = ssl.create_default_context()
    if own_authorities:
        context.load_verify_locations(own_authorities)
    return context


def _is_tried_out() -> bool:
    return bool(settings.DEBUG) or not is_public(settings.PUBLIC_URL)


def _place_of(issuer: str) -> str:
    """The issuer's own host, which the operator approved wherever it stands."""
    parts = urlsplit(issuer)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
