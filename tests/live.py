"""The real server, granian in a process of its own, on the test database.

Use the fixture `server` together with `transactional_db`: another process sees only what is
committed. `server.url` is its address, `server.address` host and port for raw sockets. It can be
stopped, killed, frozen and started again on the same port; who does so leaves it running.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 30.0
THREADS = 8


class LiveServer:
    """A server on a port of its own."""

    def __init__(self, data: Path, environment: dict[str, str], workers: int = 1) -> None:
        """Choose the port; `start` begins to listen.

        Args:
            data: a folder of its own, for its log and its secret key.
            workers: processes that answer.
            environment: settings beside those that it needs.
        """
        self.host, self.port = "127.0.0.1", _free_port()
        self._log, self._workers = data / "server.log", workers
        self._settings = {
            "AHNB_DATA_DIR": str(data),
            "AHNB_THREADS": str(THREADS),
            "DATABASE_URL": _test_database(),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "platform"))),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, and wait until it listens.

        Raises:
            RuntimeError: it does not; the message holds its log.
        """
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", self.host, "--port", str(self.port)),
            *("--workers", str(self._workers), "--blocking-threads", str(THREADS), "--no-ws"),
            "ahnb_platform.wsgi:application",
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self._settings},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # `kill` and `freeze` reach its worker too
            )
        _wait_until_it_answers(self._process, self.address, self._log)

    def stop(self) -> None:
        """End it as an administrator does, with SIGTERM."""
        if self._process is not None:
            self.thaw()
            self._process.terminate()
            self._process.wait(timeout=STOP_SECONDS)

    def kill(self) -> None:
        """End it and its worker at once, with SIGKILL."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(timeout=STOP_SECONDS)
        end = time.monotonic() + STOP_SECONDS
        while _is_listening(self.address) and time.monotonic() < end:
            time.sleep(0.02)  # its worker is no child of ours that could be waited for

    def freeze(self) -> None:
        """Let it answer nothing more, while connections to it still open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running:
            os.killpg(self._process.pid, number)


@contextmanager
def running_server(data: Path, workers: int = 1, **environment: str) -> Iterator[LiveServer]:
    """Run a server until the block ends; the arguments are those of `LiveServer`."""
    server = LiveServer(data, environment, workers)
    try:
        server.start()
        yield server
    finally:
        server.stop()


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


def _wait_until_it_answers(
    process: subprocess.Popen[bytes], address: tuple[str, int], log: Path
) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if _is_listening(address):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")


def _is_listening(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True
