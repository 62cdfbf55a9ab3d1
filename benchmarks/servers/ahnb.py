"""Our own server, as `manage.py serve` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .process import ROOT, free_port, running

EMAIL, PROJECT = "bench@example.org", "bench/load"


@dataclass
class Server:
    """A running server and a token for it."""

    port: int
    token: str
    process: subprocess.Popen[bytes]
    data: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer; anything but 2xx ends the benchmark."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        answer = requests.request(method, url, headers=self.headers, timeout=300, **options)
        answer.raise_for_status()
        return answer.json()

    def create_run(self, project: str = PROJECT) -> str:
        run_id = str(new_id())
        self.call("PUT", f"runs/{run_id}/", json={"project": project})
        return run_id


def new_id() -> uuid.UUID:
    """A UUIDv7."""
    import time

    moment = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10), "big")
    value = (moment << 80) | (7 << 76) | ((chance >> 64 & 0xFFF) << 64)
    return uuid.UUID(int=value | (0b10 << 62) | (chance & (1 << 62) - 1))


def manage(data: Path, *arguments: str) -> str:
    """Standard output of one manage.py command on the data directory."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "AHNB_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    ).stdout.strip()


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[Server]:
    """Our server on a data directory of its own, with one person, project and token.

    Args:
        settings: further variables of the server's environment.
    """
    port = free_port()
    command = [sys.executable, "manage.py", "serve", f"--port={port}"]
    environment = {"AHNB_DATA_DIR": str(data), "AHNB_LOG_LEVEL": "WARNING", **settings}
    with running(command, port, data.with_suffix(".log"), environment) as process:
        manage(data, "adduser", EMAIL, "--team", "bench", "--role", "owner")
        manage(data, "addproject", PROJECT)
        token = manage(data, "addtoken", EMAIL, "--name", "bench")
        yield Server(port, token, process, data)
