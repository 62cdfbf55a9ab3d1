"""Uploads over a real socket to a real server: cut short, in chunks, large."""

import contextlib
import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from runs.models import Artifact
from tests import cast
from tests.live import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

MB = 1_000_000
PIECE = bytes(range(256)) * 4096


@pytest.fixture
def place(server: LiveServer, digits, bob) -> tuple[str, str]:
    """The path of a run's files, and a token for it."""
    run = cast.make_run(digits, bob)
    return f"/api/v1/runs/{run.id}/artifacts/", cast.token_of(bob)


def spoken(server: LiveServer, request: bytes) -> bytes:
    """What the server says to these bytes and an end of them."""
    with socket.create_connection(server.address, timeout=30) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        said = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := line.recv(65536):
                said += piece
        return said


def head(path: str, token: str, *lines: str) -> bytes:
    said = (f"PUT {path}?name=x HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}")
    return "\r\n".join((*said, *lines, "", "")).encode()


def test_a_body_that_is_cut_short_stores_nothing(server, place):
    said = spoken(server, head(*place, "Content-Length: 500") + b"only this")
    assert not said or b" 400 " in said.splitlines()[0]
    assert not Artifact.objects.exists()


def test_a_body_in_chunks_is_refused_with_411(server, place):
    path, token = place
    headers = {"Authorization": f"Bearer {token}"}
    # requests sends what has no length in chunks.
    answer = requests.put(
        f"{server.url}{path}?name=x", data=iter([b"x"]), headers=headers, timeout=30
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "length-required")
    assert not Artifact.objects.exists()


def test_an_empty_file_arrives(server, place):
    path, token = place
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.put(f"{server.url}{path}?name=x", data=b"", headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["bytes"]) == (201, 0)


@pytest.mark.slow
def test_a_hundred_megabytes_pass_through_in_pieces(server, place):
    """Up and down, with the memory of the server's processes looked at meanwhile."""
    path, token = place
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    session.put(f"{server.url}{path}?name=warm", data=b"x", timeout=60)
    before = memory_bytes(server)
    digest = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            digest.update(PIECE)
            peaks.append(memory_bytes(server))
            yield PIECE

    peaks: list[int] = []
    sized = Sized(pieces(), 100 * len(PIECE))
    answer = session.put(f"{server.url}{path}?name=large.bin", data=sized, timeout=120)
    told = answer.json()
    assert (answer.status_code, told["sha256"]) == (201, digest.hexdigest()), json.dumps(told)
    got = hashlib.sha256()
    with session.get(f"{server.url}{path}{told['id']}/", stream=True, timeout=60) as download:
        for piece in download.iter_content(1 << 20):
            got.update(piece)
            peaks.append(memory_bytes(server))
    assert got.hexdigest() == told["sha256"]
    assert max(peaks) - before < 40 * MB, (max(peaks) - before) / MB


class Sized:
    """An iterable body whose length is known, so that it is not sent in chunks."""

    def __init__(self, pieces: Iterator[bytes], length: int) -> None:
        self.pieces, self.length = pieces, length

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def __len__(self) -> int:
        return self.length


def memory_bytes(server: LiveServer) -> int:
    """What the processes of the server hold of the machine's memory."""
    assert server._process is not None
    group = server._process.pid
    total = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                total += int(fields[21]) * 4096
    return total
