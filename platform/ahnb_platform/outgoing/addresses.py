"""Which addresses the server may be sent to: public ones, and those that the operator named.

What is refused and why (CWE-918): an address inside the network would let whoever types it reach
what only the server can, its own ports and the cloud's metadata service included.
"""

import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST = 1000
PORTS = (443, 8443)
# The characters of a URL (RFC 3986) without white space, control signs and the backslash.
WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
# Beside what `is_global` says: ways into IPv4 (mapped, NAT64, 6to4, Teredo) and old relays.
CLOSED = [
    ip_network(text)
    for text in (
        "192.88.99.0/24",
        "192.0.0.0/24",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
]

Resolver = Callable[[str, int], list[str]]


class Refused(ValueError):
    """The server will not go there; the text says why, for whoever typed it."""


@dataclass(frozen=True)
class Target:
    """Where to go: `host` names it, and `excepted` says that the operator did."""

    scheme: str
    host: str
    port: int
    path: str
    excepted: bool

    @property
    def netloc(self) -> str:
        """As the header `Host` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, by the resolver of the system.

    Raises:
        OSError: there is none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def target_of(url: str, exceptions: Collection[str] = ()) -> Target:
    """Where a URL leads, by its form alone; nothing is looked up.

    Args:
        exceptions: `host` or `host:port` in lower case, where http and any port are allowed.

    Raises:
        Refused: it is not https, has credentials or a strange host, or names a closed address.
    """
    if len(url) > LONGEST or not WRITTEN.fullmatch(url):
        raise Refused("Write the address as https://host/path, in plain characters.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise Refused("That is no address.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise Refused("Write the address as https://host/path.")
    if parts.username is not None or parts.password is not None:
        raise Refused("An address may not hold a name or a password.")
    port = port or (443 if parts.scheme == "https" else 80)
    excepted = host in exceptions or f"{host}:{port}" in exceptions
    if not excepted:
        _refuse_form(parts.scheme, host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, excepted)


def _refuse_form(scheme: str, host: str, port: int) -> None:
    if scheme != "https":
        raise Refused("Only https is allowed.")
    if port not in PORTS:
        raise Refused(f"Only the ports {PORTS[0]} and {PORTS[1]} are allowed.")
    address = literal(host)
    if address is not None:
        refuse_closed(address)
    elif not NAME.fullmatch(host):
        # Also 2130706433, 0x7f.1 and 0177.0.0.1, which resolvers read as addresses.
        raise Refused("The host is neither a name nor an address in its usual form.")


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in its one usual form; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def refuse_closed(address: IPv4Address | IPv6Address) -> None:
    """Raises Refused for an address that is not of the public internet."""
    inside = any(address.version == net.version and address in net for net in CLOSED)
    is_open = address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
    if inside or not is_open or getattr(address, "scope_id", None):
        raise Refused("The address is not of the public internet.")


def places_of(target: Target, resolve: Resolver = resolved) -> list[str]:
    """The addresses to connect to, each checked; the name is looked up this once.

    Raises:
        Refused: one of them is closed. Who mixes closed and open ones has no good reason.
        OSError: the name has none.
    """
    given = literal(target.host)
    found = [str(given)] if given is not None else resolve(target.host, target.port)
    for text in found:
        address = literal(text)
        if address is None:
            raise Refused("The name leads to no address.")
        if not target.excepted:
            refuse_closed(address)
    return found
