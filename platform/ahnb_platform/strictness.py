"""Settings that would open a server which others reach; each stops the start with one line."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
SHORTEST_TOKEN = 24
FEWEST_CHARACTERS = 10
# What stands in tutorials and templates in the place of a key.
KNOWN = ("django-insecure", "changeme", "change-me", "change_me", "secret", "example", "password")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the name; "" for none."""
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(url: str) -> bool:
    """Whether others reach the server at this address: then it runs in production."""
    return not is_loopback(host_of(url))


def host_of(url: str) -> str:
    """The host of AHNB_PUBLIC_URL, "" without one.

    Raises:
        ImproperlyConfigured: it is no address of a server.
    """
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query:
        raise ImproperlyConfigured("AHNB_PUBLIC_URL: https://host is needed")
    return host


def refuse_weak_key(key: str) -> None:
    """Raises ImproperlyConfigured for a key of AHNB_SECRET_KEY that somebody could guess."""
    fault = ""
    if len(key) < SHORTEST_KEY:
        fault = f"it has {len(key)} characters"
    elif len(set(key)) < FEWEST_CHARACTERS:
        fault = "it repeats a few characters"
    elif key.lower().startswith(KNOWN):
        fault = "it is one of a template"
    if fault:
        raise ImproperlyConfigured(
            f"AHNB_SECRET_KEY: {fault}; take {SHORTEST_KEY} random ones, or leave it out: "
            "one is made then"
        )


def refuse_weak_token(token: str) -> None:
    """Raises ImproperlyConfigured for a token of AHNB_METRICS_TOKEN that somebody could guess."""
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise ImproperlyConfigured(f"AHNB_METRICS_TOKEN: {SHORTEST_TOKEN} characters are needed")


def refuse_weak(*, debug: bool, hosts: Sequence[str], public_url: str, plain_http: bool) -> None:
    """Refuse what must not be where others reach the server.

    Args:
        plain_http: whether AHNB_PLAIN_HTTP says that http is meant.

    Raises:
        ImproperlyConfigured: the line names the variable.
    """
    if "*" in hosts:
        raise ImproperlyConfigured("AHNB_ALLOWED_HOSTS: * lets any name in; name the hosts")
    if not is_public(public_url):
        return
    if debug:
        raise ImproperlyConfigured(
            f"AHNB_DEBUG: debug pages show settings and code, and others reach {public_url}"
        )
    if not public_url.startswith("https://") and not plain_http:
        raise ImproperlyConfigured(
            "AHNB_PUBLIC_URL: with http:// passwords and tokens travel in the open; put a TLS "
            "proxy in front, or say AHNB_PLAIN_HTTP=1"
        )
