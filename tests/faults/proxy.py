"""A proxy on loopback that stands before the real server and spoils requests and answers.

`rule` is asked for each request and gives what is to happen to it, None for nothing:

    Answer(503)                    answered so, the server never sees it
    Answer(502, after=True)        the server gets it and commits, then that is the answer
    Cut()                          the server commits, the connection is reset instead of an answer
    Hang()                         never answered
    Slow(10)                       the true answer, so many seconds later
    Keep()                         answered as if it were stored, and kept for `hand_over`
    Replay(3)                      the server gets it three times; the last answer counts
    Trickle(bytes_per_second=1)    the true answer, byte after byte
"""

import gzip
import http.client
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class Seen:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def is_batch(self) -> bool:
        return self.path.endswith("/batches/")

    @property
    def body(self) -> Any:
        packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.raw) if packed else self.raw)


@dataclass
class Answer:
    """An answer of the proxy's own."""

    status: int
    body: bytes = b'{"detail": "out of order", "code": "broken"}'
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False


@dataclass
class Cut:
    """A reset after the commit."""


@dataclass
class Hang:
    """No answer at all."""


@dataclass
class Replay:
    """The request again and again."""

    times: int = 3


@dataclass
class Slow:
    """A late answer."""

    seconds: float


@dataclass
class Keep:
    """A batch that arrives later, in whatever order."""


@dataclass
class Trickle:
    """A slow answer."""

    bytes_per_second: float = 1.0


Fault = Answer | Cut | Hang | Keep | Replay | Slow | Trickle
Rule = Callable[[Seen], Fault | None]


class FaultProxy(ThreadingHTTPServer):
    daemon_threads = True
    disable_nagle_algorithm = True
    allow_reuse_address = True

    def __init__(self, upstream: tuple[str, int], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.upstream = upstream
        self.rule: Rule = lambda seen: None
        self.seen: list[Seen] = []
        self.kept: list[Seen] = []
        self.is_ending = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def batches(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.is_batch]

    def hand_over(self, seen: Seen) -> tuple[int, Any]:
        """Send a request that came earlier, once more or at last; its status and answer."""
        status, _, body = self.pass_on(seen)
        return status, json.loads(body)

    def pass_on(self, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(*self.upstream, timeout=30)
        try:
            headers = {k: v for k, v in seen.headers.items() if k not in HOP}
            connection.request(seen.method, seen.path, seen.raw or None, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        kept = {k: v for k, v in answer.getheaders() if k.lower() not in HOP}
        return answer.status, kept, body

    def handle_error(self, *args: Any) -> None:
        """Connections that break are what this is for."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def handle_any(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, raw)
        self.server.seen.append(seen)
        self._answer_by(self.server.rule(seen), seen)

    def _answer_by(self, fault: Fault | None, seen: Seen) -> None:
        match fault:
            case None:
                self._answer(*self.server.pass_on(seen))
            case Answer(after=True) as answer:
                self.server.pass_on(seen)
                self._answer(answer.status, answer.headers, answer.body)
            case Answer() as answer:
                self._answer(answer.status, answer.headers, answer.body)
            case Cut():
                self.server.pass_on(seen)
                self._reset()
            case Hang():
                self.server.is_ending.wait()
                self.close_connection = True
            case Replay(times):
                answers = [self.server.pass_on(seen) for _ in range(times)]
                self._answer(*answers[-1])
            case Slow(seconds):
                late = self.server.pass_on(seen)
                self.server.is_ending.wait(seconds)
                self._answer(*late)
            case Keep():
                self._keep(seen)
            case Trickle(rate):
                self._trickle(*self.server.pass_on(seen), rate)

    def _reset(self) -> None:
        reset = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        self.close_connection = True

    def _keep(self, seen: Seen) -> None:
        self.server.kept.append(seen)
        told = {"acked": seen.body["seq"], "duplicate": False, "rejected": []}
        self._answer(200, {}, json.dumps(told).encode())

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def _head(self, status: int, headers: dict[str, str], length: int) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._head(status, headers, len(body))
        self.wfile.write(body)

    def _trickle(self, status: int, headers: dict[str, str], body: bytes, rate: float) -> None:
        self._head(status, headers, len(body))
        for number in range(len(body)):
            self.wfile.write(body[number : number + 1])
            self.wfile.flush()
            if self.server.is_ending.wait(1 / rate):
                return

    def log_message(self, *args: Any) -> None:
        """Tests read `seen` instead."""


@contextmanager
def faulty(
    upstream: tuple[str, int], context: ssl.SSLContext | None = None
) -> Iterator[FaultProxy]:
    """A running proxy; with a context it speaks TLS."""
    proxy = FaultProxy(upstream)
    if context is not None:
        proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.is_ending.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()
