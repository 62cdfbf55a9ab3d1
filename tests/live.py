"""The real server, granian in a process of its own, on the test database.

Use the fixture `server` together with `transactional_db`: another process sees only what is
committed. `server.url` is its address, `server.address` host and port for raw sockets.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0


@dataclass(frozen=True)
class LiveServer:
    """Where the server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port


@contextmanager
def running_server(data: Path, **environment: str) -> Iterator[LiveServer]:
    """Run a server until the block ends.

    Args:
        data: a folder of its own, for its log and its secret key.
        environment: settings beside those that it needs.
    """
    server = LiveServer("127.0.0.1", _free_port())
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", server.host, "--port", str(server.port)),
        *("--workers", "1", "--blocking-threads", "8", "--no-ws"),
        "ahnb_platform.wsgi:application",
    ]
    settings = {
        "AHNB_DATA_DIR": str(data),
        "DATABASE_URL": _test_database(),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "platform"))),
    }
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **settings, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(process, server, data / "server.log")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _test_database() -> str:
    """The address of the database that this test run made."""
    settings = connection.settings_dict
    who = f"{settings['USER']}:{settings['PASSWORD']}@" if settings.get("USER") else ""
    query = f"?host={settings['HOST']}" if settings.get("HOST") else ""
    port = f":{settings['PORT']}" if settings.get("PORT") else ""
    return f"postgresql://{who}{port}/{settings['NAME']}{query}"


def _wait_until_it_answers(process: subprocess.Popen[bytes], server: LiveServer, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(server.address, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests that ask; see the module for what else they need."""
    with running_server(tmp_path_factory.mktemp("server")) as live:
        yield live
