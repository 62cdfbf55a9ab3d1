"""What the server asks of a provider.

Nothing is asked before the operator approved a domain of that very provider, so no owner of a team
can make the server call addresses of their choice. Answers are short and redirects are not
followed.
"""

import json
from typing import Any
from urllib.parse import urlsplit

import requests

from .claims import Refused

SECONDS = 5.0
LONGEST_BYTES = 1_000_000
LOOPBACK = ("127.0.0.1", "localhost", "::1")
UNREACHABLE = "The provider did not answer as it should. Try again, or tell an owner of your team."


def is_safe_url(url: str) -> bool:
    """https; http only on this very machine."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    return (parts.scheme == "https" and bool(parts.hostname)) or is_local


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


def document(method: str, url: object, issuer: str, **more: Any) -> dict[str, Any]:
    """The JSON object at `url`. Raises Refused (`provider-unreachable`) for anything else."""
    url = checked(url, issuer)
    try:
        with requests.request(
            method, url, timeout=SECONDS, allow_redirects=False, stream=True, **more
        ) as answer:
            body = answer.raw.read(LONGEST_BYTES + 1, decode_content=True)
            found = json.loads(body) if answer.status_code == 200 else None
    except (requests.RequestException, ValueError, OSError) as error:
        raise Refused(UNREACHABLE, code="provider-unreachable") from error
    if not isinstance(found, dict) or len(body) > LONGEST_BYTES:
        raise Refused(UNREACHABLE, code="provider-unreachable")
    return found
