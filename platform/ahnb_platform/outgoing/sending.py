"""Posting to an address that somebody typed: to the address that was checked, and nowhere else."""

import http.client
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer

from .addresses import Refused, Resolver, Target, places_of, resolved, target_of

# For all of it together: connecting, TLS, sending, and the head of the answer.
SECONDS = 10.0
MOST_TRIED = 3


@dataclass(frozen=True)
class Outcome:
    """What came of it: the status of the answer, or in words why there is none."""

    status: int | None
    fault: str
    ms: int

    @property
    def is_good(self) -> bool:
        return not self.fault


class Sender:
    """Posts bodies; the answer's own body is never read.

    Args:
        resolve: from a name and a port to addresses.
        exceptions: what the operator allows beside the public internet, see `target_of`.
        context: of TLS; the system's authorities without one.
        seconds: for one post.
    """

    def __init__(
        self,
        *,
        resolve: Resolver = resolved,
        exceptions: Collection[str] = (),
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.resolve = resolve
        self.exceptions = frozenset(exceptions)
        self.context = context or ssl.create_default_context()
        self.seconds = seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post once; never raises for what the other side or the network does."""
        began = time.monotonic()
        try:
            status = self._status(target_of(url, self.exceptions), body, headers)
            fault = _fault_of(status)
        except Refused as refusal:
            status, fault = None, str(refusal)
        except TimeoutError:
            status, fault = None, "It took too long."
        except ssl.SSLError as error:
            status, fault = None, f"No trusted connection: {error.reason or 'TLS failed'}."
        except (OSError, http.client.HTTPException) as error:
            status, fault = None, f"No connection: {getattr(error, 'strerror', None) or 'broken'}."
        return Outcome(status, fault, round((time.monotonic() - began) * 1000))

    def _status(self, target: Target, body: bytes, headers: Mapping[str, str]) -> int:
        deadline = time.monotonic() + self.seconds
        connection = _Pinned(target, places_of(target, self.resolve), self.context, deadline)
        # A side that sends a byte now and then would never run into a socket's own limit.
        watch = Timer(self.seconds, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", target.path, body, {"Host": target.netloc, **headers})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            if connection.was_cut:
                raise TimeoutError from None
            raise
        finally:
            watch.cancel()
            connection.close()
        if connection.was_cut:
            # What was read until then looks like a whole answer.
            raise TimeoutError
        return status


def _fault_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return "It was answered with a redirect, which is not followed."
    return "It was answered with an error."


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were found before; TLS is for the name."""

    def __init__(
        self, target: Target, places: list[str], context: ssl.SSLContext, deadline: float
    ) -> None:
        super().__init__(target.host, target.port)
        self.target, self.places, self.tls, self.deadline = target, places, context, deadline
        self.was_cut = False

    def connect(self) -> None:
        plain = self._reached()
        if self.target.scheme == "https":
            self.sock = plain  # so that `cut` reaches it during the handshake
            self.sock = self.tls.wrap_socket(plain, server_hostname=self.target.host)
        else:
            self.sock = plain

    def _reached(self) -> socket.socket:
        last: OSError = OSError("no address")
        for place in self.places[:MOST_TRIED]:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                return socket.create_connection((place, self.target.port), timeout=left)
            except OSError as error:
                last = error
        raise last

    def cut(self) -> None:
        """End it from another thread."""
        self.was_cut = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
