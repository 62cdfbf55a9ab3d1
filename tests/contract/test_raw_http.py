"""Bytes on the wire: what no client library would send."""

import gzip
import json
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from django.db import connection

from runs import metrics
from runs.models import Run
from tests import cast
from tests.live import THREADS, LiveServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("transactional_db")]


@pytest.fixture
def run(digits, bob) -> Run:
    return cast.make_run(digits, bob)


@pytest.fixture
def send(server: LiveServer, run: Run, bob) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """Send a batch with the header lines given and read the answer; `cut`: then say no more."""
    token = cast.token_of(bob)

    def send(
        body: bytes, *lines: str, method: str = "POST", cut: bool = False
    ) -> tuple[int, dict[str, str], bytes]:
        head = [
            f"{method} /api/v1/runs/{run.id}/batches/ HTTP/1.1",
            f"Host: {server.host}:{server.port}",
            f"Authorization: Bearer {token}",
            "Content-Type: application/json",
            *lines,
        ]
        with socket.create_connection(server.address, timeout=20) as wire:
            wire.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            if cut:
                wire.shutdown(socket.SHUT_WR)
            return parsed(b"".join(iter(lambda: wire.recv(65536), b"")))

    return send


def parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; status 0 when the server closed without a word."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head:
        return 0, {}, b""
    first, *rest = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in rest)
    headers = {name.lower(): value for name, value in pairs}
    return int(first.split()[1]), headers, body


def batch(seq: int = 1) -> bytes:
    return json.dumps({"writer": str(uuid.uuid4()), "seq": seq}).encode()


def test_a_whole_body_is_stored(send):
    body = batch()
    status, _, answer = send(body, f"Content-Length: {len(body)}", "Connection: close")
    assert (status, json.loads(answer)["acked"]) == (200, 1)


def test_a_short_body_is_refused_and_nothing_is_stored(send, run):
    body = batch()
    status, _, answer = send(
        body, f"Content-Length: {len(body) + 100}", "Connection: close", cut=True
    )
    # Either the answer says so, or the server hangs up on a sender who did.
    assert status in (0, 400), answer
    assert delivered(run) == {}


def test_chunks_without_a_length_are_refused(send):
    body = batch()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    status, headers, answer = send(chunked, "Transfer-Encoding: chunked", "Connection: close")
    assert status == 411
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(answer)["code"] == "length-required"


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 7"),
        ("Content-Length: -5",),
        ("Content-Length: +26",),
        ("Content-Length: 26", "Transfer-Encoding: chunked"),
        ("Content-Length: 0x10",),
    ],
)
def test_odd_lengths_store_nothing(send, run, lines):
    status, _, _ = send(batch(), *lines, "Connection: close", cut=True)
    assert status in (0, 400, 411)
    assert delivered(run) == {}


def test_a_huge_stated_length_is_refused_without_reading(send):
    status, headers, answer = send(b"{", "Content-Length: 10737418240")
    assert status == 413
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(answer)["code"] == "too-large"


def test_a_gzip_bomb_is_refused(send):
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    status, _, answer = send(
        bomb, f"Content-Length: {len(bomb)}", "Content-Encoding: gzip", "Connection: close"
    )
    assert (status, json.loads(answer)["code"]) == (413, "decompressed-too-large")


@pytest.mark.parametrize("method", ["TRACE", "FOO", "OPTIONS"])
def test_other_methods_are_answered_with_those_that_are_known(send, method):
    status, headers, answer = send(b"", "Connection: close", method=method)
    assert status == 405
    assert headers["allow"] == "POST"
    assert json.loads(answer)["code"] == "method-not-allowed"


def test_a_foreign_host_gets_a_problem_document(server):
    with socket.create_connection(server.address, timeout=20) as wire:
        wire.sendall(b"GET /api/v1/me/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        status, headers, _ = parsed(b"".join(iter(lambda: wire.recv(65536), b"")))
    assert (status, headers["content-type"]) == (400, "application/problem+json")


def test_half_sent_bodies_do_not_stop_others(server, run, bob):
    """Many more of them than the server has threads."""
    head = (
        f"POST /api/v1/runs/{run.id}/batches/ HTTP/1.1\r\nHost: {server.host}\r\n"
        f"Authorization: Bearer {cast.token_of(bob)}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    with ExitStack() as held:
        for _ in range(6 * THREADS):
            wire = held.enter_context(socket.create_connection(server.address, timeout=20))
            wire.sendall(head.encode())
        with socket.create_connection(server.address, timeout=20) as wire:
            wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            status, _, _ = parsed(b"".join(iter(lambda: wire.recv(65536), b"")))
    await_quiet()
    assert status == 200


def await_quiet() -> None:
    """Wait until the server has done with what was cut off, as the tables are emptied next."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    quiet = 0
    while quiet < 5:
        time.sleep(0.2)
        with connection.cursor() as cursor:
            cursor.execute(busy)
            quiet = 0 if cursor.fetchone()[0] else quiet + 1


def delivered(run: Run) -> dict[uuid.UUID, int]:
    """What each writer has delivered."""
    return metrics.states(project_id=run.project_id, run_ids=[run.id])[run.id].writers
