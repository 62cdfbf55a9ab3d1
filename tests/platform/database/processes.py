"""Programs that tests start, ask and kill, and the PostgreSQL processes behind them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ahnb_platform.database.places import Places
from ahnb_platform.database.process import command_line, processes_titled

CLIENT = Path(__file__).with_name("client.py")
PATIENCE_SECONDS = 20.0


def wait_until(true: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for a state of other processes; its absence fails the test."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"still not so: {what}"
        time.sleep(0.05)


class Client:
    """One process that uses the database of `data`, through Django's backend if asked for."""

    def __init__(
        self,
        data: Path,
        *,
        environment: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
        django: bool = False,
    ) -> None:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(CLIENT), str(data), *["django"] * django],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**kept, **(environment or {})},
            preexec_fn=before,
        )

    def send(self, statement: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()

    def receive(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def ask(self, statement: str) -> Any:
        self.send(statement)
        return self.receive()

    def recovers(self) -> bool:
        """Whether a query works; any other failure than an OperationalError fails the test."""
        answer = self.ask("SELECT 1")
        assert answer == [[1]] or answer["error"] == "OperationalError", answer
        return bool(answer == [[1]])

    def end(self) -> None:
        """End as a program does that is done."""
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.end()


def postgres_processes(data: Path) -> list[int]:
    return processes_titled(Places(data).title) if data.exists() else []


def postmasters(data: Path) -> list[int]:
    """The main PostgreSQL processes alone."""
    word = f"cluster_name={Places(data).title}"
    return [pid for pid in postgres_processes(data) if word in command_line(pid)]


def keepers(data: Path) -> list[int]:
    entries = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    words = ["ahnb_platform.database.keeper", str(data), ""]
    return [pid for pid in entries if command_line(pid)[-3:] == words]


def kill_all(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # gone by itself meanwhile
            os.kill(pid, signal.SIGKILL)


def wait_for_silence(data: Path) -> None:
    wait_until(
        lambda: not postgres_processes(data) and not keepers(data),
        "neither PostgreSQL nor its keeper runs",
    )
