"""A small server on a real socket that speaks the contract, and can be told to fail.

It keeps what a real one would keep: the run's body, and each batch once by writer and seq.
`fault` is called before a request is handled and may answer instead (see `Fault`).
"""

import gzip
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

KEY = "ahnb_test_0123456789abcdef"
MAX_BODY_BYTES = 8 << 20


@dataclass
class Request:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float


@dataclass
class Fault:
    """An answer in place of the usual one."""

    status: int = 500
    body: bytes = b'{"detail": "out of order", "code": "broken"}'
    headers: dict[str, str] = field(default_factory=dict)
    commit_first: bool = False  # store the batch before answering so
    cut_off: bool = False  # close the connection with a reset instead of answering


Trouble = Callable[[Request], Fault | None]


class Store:
    """What arrived, with the rules of exactly-once delivery."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests: list[Request] = []
        self.runs: dict[str, dict[str, Any]] = {}
        self.batches: dict[tuple[str, str], dict[int, Any]] = {}  # by run and writer
        self.files: dict[str, list[tuple[str, bytes]]] = {}  # by run, in their order
        self.fault: Trouble = lambda request: None

    def put_file(self, run_id: str, query: str, content: bytes) -> tuple[int, Any]:
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        if asked["sha256"] != hashlib.sha256(content).hexdigest():
            return 400, {"code": "hash-mismatch", "detail": "other bytes"}
        self.files.setdefault(run_id, []).append((asked["name"], content))
        return 201, {"name": asked["name"], "version": 1, "sha256": asked["sha256"]}

    def get_file(self, run_id: str, number: str) -> tuple[int, Any]:
        """All files, or the bytes of one; a version is its place among all."""
        files = self.files.get(run_id, [])
        if number.isdigit():
            return 200, files[int(number) - 1][1]
        told = [
            {
                "id": str(version),
                "name": name,
                "version": version,
                "step": None,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "kind": "file",
                "created_at": "2026-01-02T03:04:05Z",
            }
            for version, (name, content) in enumerate(files, 1)
        ]
        return 200, {"results": told[::-1], "next": None, "total": len(told)}

    def put(self, run_id: str, body: dict[str, Any]) -> tuple[int, Any]:
        if run_id in self.runs and body.get("resume") == "never":
            return 409, {"code": "run-exists", "detail": "the run exists"}
        made = run_id not in self.runs
        document = self.runs.setdefault(run_id, {"id": run_id, "number": 1, **body})
        return 201 if made else 200, document

    def post(self, run_id: str, batch: dict[str, Any]) -> tuple[int, Any]:
        if run_id not in self.runs:
            return 404, {"code": "not-found", "detail": "not found"}
        stored = self.batches.setdefault((run_id, batch["writer"]), {})
        seq = batch["seq"]
        duplicate = seq in stored
        if duplicate and stored[seq] != batch:
            return 409, {"code": "seq-reused", "detail": "other content is stored"}
        stored[seq] = batch
        acked = next(n for n in range(len(stored) + 1) if n + 1 not in stored)
        return 200, {"acked": acked, "duplicate": duplicate, "rejected": []}

    # What tests ask

    def all_batches(self, run_id: str) -> list[dict[str, Any]]:
        return [
            stored[seq]
            for (run, _), stored in self.batches.items()
            if run == run_id
            for seq in sorted(stored)
        ]

    def points(self, run_id: str, metric: str) -> list[tuple[int, Any]]:
        """(step, value) of a metric in the order of its batches; gaps are left out."""
        found = []
        for batch in self.all_batches(run_id):
            if metric in batch["metrics"]:
                column = batch["metrics"][metric]
                steps = steps_of(batch["axes"][column["axis"]])
                pairs = zip(steps, column["v"], strict=True)
                found += [(step, value) for step, value in pairs if value is not None]
        return found

    def events(self, run_id: str, kind: str) -> list[Any]:
        return [
            event["data"]
            for batch in self.all_batches(run_id)
            for event in batch["events"]
            if event["kind"] == kind
        ]

    def status(self, run_id: str) -> str | None:
        told = self.events(run_id, "status")
        return told[-1]["status"] if told else None


def steps_of(axis: dict[str, Any]) -> list[int]:
    if "steps" in axis:
        return axis["steps"]
    if "count" in axis:
        return [axis["start"] + axis["stride"] * index for index in range(axis["count"])]
    return list(range(len(axis["times"])))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "StubServer"

    def handle_any(self) -> None:
        import time

        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        if self.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_file = headers.get("content-type") == "application/octet-stream"
        body = raw if is_file else json.loads(raw) if raw else None
        request = Request(self.command, self.path, headers, body, time.monotonic())
        store = self.server.store
        store.requests.append(request)
        fault = store.fault(request)
        status, document = 0, None
        if fault is None or fault.commit_first:
            with store.lock:
                status, document = self._usual(request)
        if fault is None:
            is_file = isinstance(document, bytes)
            self._answer(status, document if is_file else json.dumps(document).encode(), {})
        elif fault.cut_off:
            self._reset()
        else:
            self._answer(fault.status, fault.body, fault.headers)

    do_GET = do_PUT = do_POST = handle_any  # noqa: N815 - the names that http.server calls

    def _usual(self, request: Request) -> tuple[int, Any]:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"code": "not-authenticated", "detail": "no or bad token"}
        parts = request.path.strip("/").split("/")
        if parts[2] == "me":
            return 200, {"user": "alice@example.org", "teams": [], "token": "test"}
        if request.method == "GET" and parts[4:5] == ["artifacts"]:
            return self.server.store.get_file(parts[3], parts[5])
        if request.method == "GET":
            return 404, {"code": "not-found", "detail": "not found"}
        if request.method == "PUT" and parts[4:5] == ["artifacts"]:
            return self.server.store.put_file(parts[3], parts[5].lstrip("?"), request.body)
        if request.method == "PUT":
            return self.server.store.put(parts[3], request.body)
        return self.server.store.post(parts[3], request.body)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Tests read `store.requests` instead."""


class StubServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    disable_nagle_algorithm = True

    def __init__(self, port: int, store: Store) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = store

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *args: Any) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def serving(store: Store, port: int = 0) -> Iterator[StubServer]:
    """A running server, stopped and its port free again afterwards."""
    server = StubServer(port, store)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
