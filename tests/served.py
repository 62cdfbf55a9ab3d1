"""The whole product on its own PostgreSQL, and writers whose every point can be told again.

`Served` is `manage.py serve` with two workers; `Load` delivers batches from several writers, each
of them two processes' worth of sending: twins that deliver the same numbers, each in an order of
its own, so that repeats arrive before, beside and after their originals.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from ahnb_platform.database.places import Places
from ahnb_platform.database.process import command_line
from tests.platform.database.processes import (
    kill_all,
    postgres_processes,
    postmasters,
    wait_for_silence,
    wait_until,
)

ROOT = Path(__file__).resolve().parents[1]
WRITERS, WINDOW = 3, 4
START_SECONDS = 90.0  # all of the product, on a machine that does other things
STRETCH = 1000  # steps that a batch may take; the large batches take them all
PROBLEMS = {429, 503}
BEGIN = 1_763_870_000


@dataclass
class Served:
    """`manage.py serve` with two workers and its own PostgreSQL, on a port that stays."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def manage(self, *words: str) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        ours = {
            "AHNB_DATA_DIR": str(self.data),
            "AHNB_STATIC_ROOT": str(self.folder / "static"),
            "AHNB_DEBUG": "1",
            "AHNB_WORKERS": "2",
            "AHNB_START_WORKER": "0",
            **self.settings,
        }
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), *words],
                stdout=subprocess.PIPE if words[0] != "serve" else log,
                stderr=log,
                env={**kept, **ours},
                preexec_fn=self.before,
                start_new_session=True,
            )

    def told(self, *words: str) -> str:
        """What a command printed last."""
        out, _ = self.manage(*words).communicate(timeout=60)
        return str(out.decode().strip().rpartition("\n")[2])

    def start(self) -> None:
        self.process = self.manage("serve", "--port", str(self.port))
        try:
            wait_until(self.is_ready, "the server is ready", seconds=START_SECONDS)
        except AssertionError:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise

    def is_ready(self) -> bool:
        """Whether the server answers; finds its port after the first start."""
        address = Places(self.data).server_url
        if not self.port and address.exists():
            self.port = int(address.read_text().rpartition(":")[2])
        try:
            return self.port > 0 and self.ask("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def ask(self, method: str, path: str, body: bytes | None = None, key: str = "") -> Any:
        """Status and body of an answer."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        try:
            client.request(method, path, body, headers if key else {})
            answer = client.getresponse()
            return answer.status, answer.read()
        finally:
            client.close()

    def end(self) -> None:
        """As an administrator does; PostgreSQL is gone as well."""
        assert self.process
        self.process.terminate()
        self.process.wait(timeout=60)
        wait_for_silence(self.data)

    def workers(self) -> list[int]:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split() if command_line(int(pid))]

    def kill_server(self) -> None:
        """The server and all of its workers at once; then it is started again."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.start()

    def kill_workers(self) -> None:
        kill_all(self.workers())

    def kill_postmaster(self) -> None:
        kill_all(postmasters(self.data))

    def kill_backends(self) -> None:
        """Those that serve a connection, upon which PostgreSQL throws out all and recovers."""
        kill_all([pid for pid in postgres_processes(self.data) if b"ahnb ahnb" in title(pid)][:1])


def title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@dataclass
class Writer:
    """One writer of the run, whose content follows from its number alone."""

    number: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    acked: set[int] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def points(self, seq: int) -> tuple[list[int], list[float]]:
        """Steps and values of a batch; every eighth is large, so that the store folds."""
        count = STRETCH if seq % 8 == 0 else 1 + seq % 20
        chance = random.Random(seq * WRITERS + self.number)
        steps = range(seq * STRETCH, seq * STRETCH + count)
        return list(steps), [chance.random() for _ in steps]

    def body(self, seq: int) -> bytes:
        steps, values = self.points(seq)
        times = {"t0": BEGIN + seq, "dt_ms": [*range(len(steps))]}
        axis = {"start": steps[0], "count": len(steps), **times}
        metrics = {f"metric_{self.number}": {"axis": 0, "v": values}}
        document = {"writer": self.id, "seq": seq, "axes": [axis], "metrics": metrics}
        return json.dumps(document).encode()


@dataclass
class Load:
    """Writers that deliver until they are told to stop, and repeat what was not answered."""

    served: Served
    run: str
    key: str
    writers: list[Writer] = field(default_factory=lambda: [Writer(n) for n in range(WRITERS)])
    over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Deliver while the block runs; what was under way is delivered to its end."""
        with ThreadPoolExecutor(2 * WRITERS) as pool:
            senders = [
                pool.submit(self.send, writer, random.Random(writer.number * 2 + twin))
                for writer in self.writers
                for twin in range(2)
            ]
            try:
                yield
            finally:
                self.over.set()
            for sender in senders:
                sender.result(timeout=120)

    def check(self) -> None:
        """Nothing was refused, and what was acknowledged is there, once."""
        for writer in self.writers:
            assert writer.refused == []
            assert writer.acked == set(range(1, max(writer.acked) + 1))
            check_delivery(self, writer)
            check_points(self, writer)

    @property
    def acked(self) -> int:
        return sum(len(writer.acked) for writer in self.writers)

    def send(self, writer: Writer, chance: random.Random) -> None:
        """Windows of numbers, each in a random order, with some of the older ones again."""
        for start in range(1, 1 << 30, WINDOW):
            numbers = [*range(start, start + WINDOW), chance.randint(1, start)]
            for seq in chance.sample(numbers, len(numbers)):
                self.deliver(writer, seq)
            if self.over.is_set():
                return

    def deliver(self, writer: Writer, seq: int) -> None:
        path, body = f"/api/v1/runs/{self.run}/batches/", writer.body(seq)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                status, answer = self.served.ask("POST", path, body, self.key)
            except (OSError, http.client.HTTPException):
                status, answer = 503, b""
            writer.statuses.append(status)
            if status == 200:
                writer.acked.add(seq)
                return
            if status not in PROBLEMS:
                break
            time.sleep(0.05)
        writer.refused.append(f"{seq}: {status} {answer[:200]!r}")

    def go_on(self, more: int) -> None:
        """Wait until so many more batches were acknowledged."""
        wanted = self.acked + more
        wait_until(lambda: self.acked >= wanted, f"{more} more batches are acknowledged")


def load_on(served: Served) -> Load:
    """A person, a project, a token and a run, on a server that runs."""
    served.told("adduser", "kim@example.org", "--team", "vision", "--role", "owner")
    served.told("addproject", "vision/digits")
    key = served.told("addtoken", "kim@example.org", "--name", "test")
    return next_load(served, key)


def next_load(served: Served, key: str) -> Load:
    """Another run of the same project."""
    run = new_id()
    body = json.dumps({"project": "vision/digits"}).encode()
    status, answer = served.ask("PUT", f"/api/v1/runs/{run}/", body, key)
    assert status in (200, 201), answer
    return Load(served, run, key)


def new_id() -> str:
    """A UUIDv7."""
    head = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | 2 << 62
    return str(uuid.UUID(int=head | random.getrandbits(60)))


def check_delivery(load: Load, writer: Writer) -> None:
    """The server knows all numbers up to the last, without a gap."""
    path = f"/api/v1/runs/{load.run}/batches/"
    status, answer = load.served.ask("POST", path, writer.body(1), load.key)
    last = max(writer.acked)
    assert status == 200
    assert json.loads(answer) == {"acked": last, "duplicate": True, "rejected": []}


def check_points(load: Load, writer: Writer) -> None:
    """Every point of every batch, once, with its value."""
    name = f"metric_{writer.number}"
    for start in range(1, max(writer.acked) + 1, 100):
        first, last = start * STRETCH, (start + 100) * STRETCH - 1
        query = f"metric={name}&points=100000&from={first}&to={last}"
        status, answer = load.served.ask(
            "GET", f"/api/v1/runs/{load.run}/series/?{query}", None, load.key
        )
        assert status == 200, answer
        found = json.loads(answer)["metrics"][name]
        batches = [writer.points(seq) for seq in range(start, start + 100) if seq in writer.acked]
        assert found["exact"]
        assert found["x"] == [step for steps, _ in batches for step in steps]
        assert found["min"] == [value for _, values in batches for value in values]


def started_once(shared: Path) -> Path:
    """A data directory after the first start of a server and its end, to be copied.

    Args:
        shared: a folder of all processes that test; the first of them makes it.
    """
    served = Served(shared / "started-once")
    with (shared / "started-once.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (served.folder / "done").exists():
            served.folder.mkdir()
            served.start()
            served.end()
            # It would be taken for the address of the server on a copy.
            Places(served.data).server_url.unlink()
            (served.folder / "done").touch()
    return served.data
