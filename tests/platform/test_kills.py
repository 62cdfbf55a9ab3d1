"""SIGKILL under load of the server, its workers and PostgreSQL: nothing acknowledged is lost.

Figure: 20 kills while four clients send; every batch that was answered is stored exactly once, and
no sequence number is missing or doubled.
"""

import http.client
import json
import os
import random
import signal
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from runs.ids import uuid7

from .database.processes import kill_all, postgres_processes, postmasters, wait_for_silence
from .test_serve import Server, command

KILLS = 20
CLIENTS = 4
POINTS = 25
PATIENCE_SECONDS = 60.0


@dataclass(eq=False)
class Sender(threading.Thread):
    """Sends one run's batches in order, each until it is answered; now and then once more."""

    port: int
    token: str
    chance: random.Random
    run_id: uuid.UUID = field(default_factory=uuid7)
    writer: uuid.UUID = field(default_factory=uuid.uuid4)
    acked: int = 0
    repeats: int = 0
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set() and not self.refused:
            seq = self.acked + 1
            answer = self.until_answered(seq)
            if answer is None:
                return
            if answer["acked"] != seq:
                self.refused.append(f"batch {seq} was answered {answer}")
            self.repeats += answer["duplicate"]
            self.acked = seq
            if self.chance.random() < 0.1:
                self.call("POST", self.path("batches/"), batch(self, self.chance.randint(1, seq)))

    def until_answered(self, seq: int) -> dict[str, Any] | None:
        """The answer to a batch; None where it was refused, or the server stays away."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            status, answer = self.call("POST", self.path("batches/"), batch(self, seq))
            if status == 200:
                return answer
            if status not in (0, 503):
                self.refused.append(f"batch {seq}: {status} {answer}")
                return None
            time.sleep(0.05)
        self.refused.append(f"batch {seq} was never answered")
        return None

    def path(self, rest: str = "") -> str:
        return f"/api/v1/runs/{self.run_id}/{rest}"

    def call(self, method: str, path: str, document: Any = None) -> tuple[int, Any]:
        """Status and document of an answer; status 0 without a whole one."""
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            body = None if document is None else json.dumps(document)
            wire.request(method, path, body, headers)
            answer = wire.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            wire.close()


def batch(sender: Sender, seq: int) -> dict[str, Any]:
    start = (seq - 1) * POINTS
    values = [float(step) for step in range(start, start + POINTS)]
    return {
        "writer": str(sender.writer),
        "seq": seq,
        "axes": [{"start": start, "stride": 1, "count": POINTS}],
        "metrics": {name: {"axis": 0, "v": values} for name in ("loss", "accuracy", "lr")},
    }


def kill_something(server: Server, data: Path, static: Path, number: int) -> Server:
    """One of four kinds of kill, in turn; the server that runs afterwards."""
    if number % 4 == 0:
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.communicate(timeout=20)
        wait_for_silence(data)
        return Server(data, static, server.port).wait_ready()
    if number % 4 == 1:
        kill_all(postmasters(data))
    elif number % 4 == 2:
        kill_all(server.workers()[:1])
    else:
        kill_all(postgres_processes(data)[-1:])
    return server


def manage(data: Path, *words: str) -> str:
    process = command(data, *words)
    out, err = process.communicate(input="", timeout=60)
    assert process.returncode == 0, err
    return out.strip()


def points_of(sender: Sender) -> list[float]:
    """All values of the first metric, in the order of steps."""
    found: list[float] = []
    for start in range(0, sender.acked * POINTS + POINTS, 50_000):
        path = sender.path(f"series/?metric=loss&points=50000&from={start}&to={start + 49_999}")
        status, answer = sender.call("GET", path)
        assert status == 200, answer
        entry = answer["metrics"]["loss"]
        assert entry["total"] == len(entry["x"])
        assert entry["x"] == entry["max"]
        found += entry["max"]
    return found


@pytest.mark.slow
def test_what_was_acknowledged_is_there_once_after_twenty_kills(tmp_path: Path) -> None:
    data, static = tmp_path / "data", tmp_path / "static"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(data, static, port).wait_ready()
    try:
        manage(data, "adduser", "bob@example.org", "--team", "vision", "--role", "editor")
        manage(data, "addproject", "vision/digits")
        token = manage(data, "addtoken", "bob@example.org", "--name", "kills")
        chance = random.Random(4)
        senders = [Sender(port, token, random.Random(seed)) for seed in range(CLIENTS)]
        for sender in senders:
            assert sender.call("PUT", sender.path(), {"project": "vision/digits"})[0] == 201
            sender.start()
        for number in range(KILLS):
            time.sleep(chance.uniform(0.2, 0.8))
            server = kill_something(server, data, static, number)
        time.sleep(1)
        for sender in senders:
            sender.done.set()
        for sender in senders:
            sender.join(2 * PATIENCE_SECONDS)
        assert [sender.refused for sender in senders] == [[]] * CLIENTS
        for sender in senders:
            assert points_of(sender) == [float(step) for step in range(sender.acked * POINTS)]
        assert all(sender.acked > KILLS for sender in senders)
    finally:
        server.stop(signal.SIGKILL)
        wait_for_silence(data)
