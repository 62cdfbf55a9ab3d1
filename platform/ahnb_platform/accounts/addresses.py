"""The server's address as people outside a request reach it."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from ahnb_platform.database.places import Places

USUAL = "http://127.0.0.1:8765"


def absolute(path: str) -> str:
    """The full URL of a path: of AHNB_PUBLIC_URL, else of where the server was last started."""
    return f"{settings.PUBLIC_URL or _last_address()}{path}"


def public(request: HttpRequest, path: str) -> str:
    """As `absolute`, where a request says how the server is reached."""
    return (
        f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    )


def _last_address() -> str:
    try:
        return Places(Path(settings.DATA_DIR)).server_url.read_text().strip() or USUAL
    except FileNotFoundError:
        return USUAL
