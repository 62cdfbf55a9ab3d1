"""A load generator that costs little: keep-alive sockets, ready-made bytes, one thread a client.

It runs in a process of its own, since the machine's cores are shared with the servers that it
measures, and its own interpreter lock must not be theirs.
"""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Requests = Iterator[bytes]


@dataclass
class Outcome:
    """What a load came to: latencies in seconds of the requests answered 2xx, and the rest.

    `seconds` lasts until the last answer, so that slow requests in flight at the end count whole.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, percent: int) -> float:
        """The latency in seconds below which `percent` of the requests stayed."""
        if len(self.latencies) < 2:
            return sum(self.latencies)
        return statistics.quantiles(self.latencies, n=100)[percent - 1]


class Connection:
    """One keep-alive connection to a server on loopback."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.rest = b""

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; its status and body. Opens the connection when there is none."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=120)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""
        self.socket.sendall(request)
        head = self.read_until(b"\r\n\r\n").lower()
        status = int(head[9:12])
        body = self.read_body(head)
        if b"connection: close" in head:
            self.close()
        return status, body

    def read_body(self, head: bytes) -> bytes:
        if b"transfer-encoding: chunked" in head:
            return b"".join(self.chunks())
        _, found, rest = head.partition(b"content-length:")
        return self.read(int(rest.split(b"\r\n", 1)[0])) if found else b""

    def chunks(self) -> Iterator[bytes]:
        while size := int(self.read_until(b"\r\n"), 16):
            yield self.read(size)
            self.read(2)
        self.read(2)

    def read_until(self, mark: bytes) -> bytes:
        while mark not in self.rest:
            self.rest += self.receive()
        found, self.rest = self.rest.split(mark, 1)
        return found + mark

    def read(self, size: int) -> bytes:
        parts, have = [self.rest], len(self.rest)
        while have < size:
            parts.append(self.receive())
            have += len(parts[-1])
        whole = b"".join(parts)
        self.rest = whole[size:]
        return whole[:size]

    def receive(self) -> bytes:
        assert self.socket is not None
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a POST with a JSON body."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(path: str, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a GET."""
    given = {"Host": "127.0.0.1", **(headers or {})}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def asker(port: int, request: bytes) -> Callable[[], bytes]:
    """A function that sends `request` and gives the answer's body; a refusal ends the benchmark."""
    connection = Connection(port)

    def ask() -> bytes:
        status, body = connection.ask(request)
        if status != 200:
            target = request.split(b" ", 2)[1].decode()
            raise SystemExit(f"{target}: {status} {body[:300]!r}")
        return body

    return ask


def drive(
    port: int,
    clients: list[Callable[[], Requests]],
    *,
    seconds: float,
    warm_up: float = 1.0,
) -> Outcome:
    """Let each client send its requests one after another for `seconds`, after a warm-up.

    Each client is given as a function, called in the load's process, that makes its requests.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_drive, args=(sender, port, clients, seconds, warm_up))
    process.start()
    outcome: Outcome = receiver.recv()
    process.join()
    return outcome


def _drive(sender, port, clients, seconds, warm_up) -> None:  # type: ignore[no-untyped-def]
    begin = time.perf_counter() + warm_up
    outcome = Outcome(seconds)
    guard = threading.Lock()
    threads = [
        threading.Thread(
            target=_client, args=(port, make(), begin, begin + seconds, outcome, guard)
        )
        for make in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sender.send(outcome)


def _client(
    port: int,
    requests: Requests,
    begin: float,
    end: float,
    outcome: Outcome,
    guard: threading.Lock,
) -> None:
    connection = Connection(port)
    latencies, refused = [], []
    for request in requests:
        start = time.perf_counter()
        if start >= end:
            break
        try:
            status, body = connection.ask(request)
        except OSError as error:
            refused.append(str(error))
            connection.close()
            continue
        done = time.perf_counter()
        if not 200 <= status < 300:
            refused.append(f"{status} {body[:300]!r}")
        elif start >= begin:
            latencies.append(done - start)
    connection.close()
    with guard:
        outcome.seconds = max(outcome.seconds, time.perf_counter() - begin)
        outcome.latencies += latencies
        outcome.refused += refused
