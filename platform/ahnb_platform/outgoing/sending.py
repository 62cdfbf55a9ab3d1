"""Asking an address that somebody typed: at the address that was checked, and nowhere else."""

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


class Unreachable(Exception):
    """There is no answer; the text says why, for whoever typed the address."""


class Sender:
    """Goes to addresses that were checked.

    Args:
        resolve: from a name and a port to addresses.
        exceptions: what the operator allows beside the public internet, see `target_of`.
        context: of TLS; the system's authorities without one.
        seconds: for one request.
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
        """Post once, and read no body; never raises for what the other side or the network does."""
        began = time.monotonic()
        status: int | None = None
        try:
            status, _ = self.ask("POST", url, body, headers)
            fault = _fault_of(status)
        except Unreachable as error:
            fault = str(error)
        return Outcome(status, fault, round((time.monotonic() - began) * 1000))

    def ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        most_bytes: int = 0,
    ) -> tuple[int, bytes]:
        """The status of the answer, and its body where that has at most `most_bytes`.

        Raises:
            Unreachable: it may not be asked, does not answer in time, or says more than that.
        """
        try:
            target = target_of(url, self.exceptions)
            return self._answer(target, method, body, headers or {}, most_bytes)
        except Refused as refusal:
            raise Unreachable(str(refusal)) from None
        except TimeoutError:
            raise Unreachable("It took too long.") from None
        except ssl.SSLError as error:
            fault = f"No trusted connection: {error.reason or 'TLS failed'}."
            raise Unreachable(fault) from None
        except (OSError, http.client.HTTPException) as error:
            fault = f"No connection: {getattr(error, 'strerror', None) or 'broken'}."
            raise Unreachable(fault) from None

    def _answer(
        self,
        target: Target,
        method: str,
        body: bytes | None,
        headers: Mapping[str, str],
        most_bytes: int,
    ) -> tuple[int, bytes]:
        deadline = time.monotonic() + self.seconds
        connection = _Pinned(target, places_of(target, self.resolve), self.context, deadline)
        # A side that sends a byte now and then would never run into a socket's own limit.
        watch = Timer(self.seconds, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            connection.request(method, target.path, body, {"Host": target.netloc, **headers})
            answer = connection.getresponse()
            content = answer.read(most_bytes + 1) if most_bytes else b""
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
        if len(content) > most_bytes:
            raise Unreachable("The answer is too long.")
        return answer.status, content


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
