"""`manage.py serve` as a person runs it: real processes, ports, signals and disks."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from ahnb_platform.database.identity import works
from ahnb_platform.database.places import Places
from ahnb_platform.database.process import command_line, processes_titled
from ahnb_platform.management.commands.serve import listening, pool_sizes

from .database.forbidden import on_small_disk
from .database.processes import (
    kill_all,
    postgres_processes,
    postmasters,
    wait_for_silence,
    wait_until,
)

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
READY = re.compile(r"AHNB is ready at http://127\.0\.0\.1:(\d+)/\n")
# Longer than a shutdown may take; reached only by a failure.
STOP_SECONDS = 20


def command(
    data: Path, *words: str, static: Path | None = None, before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """Start a manage.py command on this data directory, as leader of its own process group."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, str(MANAGE), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **kept,
            "AHNB_DATA_DIR": str(data),
            "AHNB_STATIC_ROOT": str(static or data.parent / "static"),
            # Static files as they are: their compression takes seconds and is not tested here.
            "AHNB_DEBUG": "1",
        },
        preexec_fn=before,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> int:
    """The exit status of a command that must end by itself."""
    process.communicate(timeout=60)
    return process.returncode


def refusal(data: Path, *words: str, before: Callable[[], None] | None = None) -> str:
    """The one line on standard error of a command that must end with status 1."""
    process = command(data, *words, before=before)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    [line] = err.strip().splitlines()
    return str(line)


class Server:
    """A running `manage.py serve`."""

    def __init__(self, data: Path, static: Path, port: int = 0) -> None:
        self.data = data
        self.process = command(data, "serve", "--port", str(port), static=static)
        self.port = 0

    def wait_ready(self) -> "Server":
        assert self.process.stdout
        line = self.process.stdout.readline()
        found = READY.fullmatch(line)
        assert found, line + self.stop()
        self.port = int(found[1])
        return self

    def status(self, path: str = "/readyz") -> int:
        """The status of an answer; 0 without one."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            client.request("GET", path)
            return client.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            client.close()

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split() if command_line(int(pid))]

    def worker_beside(self) -> list[int]:
        return processes_titled(f"worker --parent {self.process.pid}")

    def stop(self, number: int = signal.SIGTERM, *, group: bool = True) -> str:
        """Send the signal, wait for the end, and return what was on standard error."""
        if self.process.poll() is None:
            (os.killpg if group else os.kill)(self.process.pid, number)
        return self.process.communicate(timeout=STOP_SECONDS)[1]


@pytest.fixture
def data(fresh_data: Path, tmp_path: Path) -> Iterator[Path]:
    yield shutil.copytree(fresh_data, tmp_path / "data")
    wait_for_silence(tmp_path / "data")


@pytest.fixture
def serve(data: Path, fresh_data: Path) -> Iterator[Callable[..., Server]]:
    """Start servers on `data`; the test's end kills them."""
    started: list[Server] = []

    def start_server(port: int = 0) -> Server:
        started.append(Server(data, fresh_data.parent / "static", port))
        return started[-1]

    yield start_server
    for server in started:
        server.stop(signal.SIGKILL)


Serve = Callable[..., Server]


def assert_free(port: int) -> None:
    """The port can be used again at once, even by a server that shares with nobody."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        probe.listen()


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)]
)
def test_every_signal_ends_everything_and_the_port_can_be_used_again(
    serve: Serve, data: Path, number: int
) -> None:
    server = serve().wait_ready()
    assert server.status() == 200
    # A supervisor tells the main process alone, a terminal the whole group.
    assert "Traceback" not in server.stop(number, group=number != signal.SIGTERM)
    assert server.process.returncode == 0
    assert not postgres_processes(data)
    assert_free(server.port)


def test_killed_server_leaves_neither_port_nor_data_taken(serve: Serve, data: Path) -> None:
    server = serve().wait_ready()
    server.process.kill()
    server.process.wait()
    wait_until(lambda: server.status() == 0, "nobody answers")
    wait_for_silence(data)
    assert_free(server.port)
    again = serve(server.port).wait_ready()
    kill_all([again.process.pid, *again.workers(), *postgres_processes(data)])
    assert serve(server.port).wait_ready().status() == 200


def test_running_server_survives_a_killed_worker_and_a_killed_postgres(
    serve: Serve, data: Path, tmp_path: Path
) -> None:
    server = serve().wait_ready()
    wait_until(lambda: len(server.workers()) == 2, "both workers run")
    first = server.workers()[0]
    kill_all([first])
    wait_until(lambda: len(set(server.workers()) - {first}) == 2, "two workers run again")
    assert server.status() == 200

    [before] = postmasters(data)
    kill_all([before])
    seen = {server.status()}

    def is_back() -> bool:
        seen.add(status := server.status())
        return status == 200 and postmasters(data) != [before]

    wait_until(is_back, "the server is ready again")
    assert seen <= {200, 503}
    # Other commands work beside the server.
    assert ended(command(data, "migrate", "--check")) == 0
    # Another data directory does not get the same port either.
    line = refusal(tmp_path / "second", "serve", "--port", str(server.port))
    assert f"Port {server.port} on 127.0.0.1 cannot be used (Address already in use)" in line


def test_killed_worker_is_started_again_and_pages_never_notice(serve: Serve, data: Path) -> None:
    server = serve().wait_ready()
    wait_until(server.worker_beside, "the worker runs")
    first = server.worker_beside()
    kill_all(first)
    assert (server.status(), server.status("/account/login/")) == (200, 200)
    wait_until(lambda: set(server.worker_beside()) - set(first), "another worker runs")
    assert ended(command(data, "worker", "--once")) == 0
    server.process.kill()
    server.process.wait()
    wait_until(lambda: not server.worker_beside(), "it has ended with its server")


def test_of_four_starters_at_once_one_serves(serve: Serve, data: Path) -> None:
    servers = [serve() for _ in range(4)]
    wait_until(lambda: sum(server.process.poll() is None for server in servers) == 1, "one is left")
    losers = [server for server in servers if server.process.poll() is not None]
    [winner] = [server for server in servers if server not in losers]
    assert winner.wait_ready().status() == 200
    for server in losers:
        assert server.process.returncode == 1
        line = f"CommandError: Another server (process {winner.process.pid}) already uses {data}\n"
        assert server.process.communicate()[1] == line


@pytest.mark.parametrize("host", ["203.0.113.7", "nowhere.invalid"])
def test_address_of_another_machine_is_told(host: str) -> None:
    with pytest.raises(CommandError, match=re.escape(host)):
        listening(host, 0)


def test_pool_larger_than_the_database_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHNB_THREADS", "500")
    with pytest.raises(CommandError, match="AHNB_WORKERS times AHNB_THREADS"):
        pool_sizes()


needs_mount = pytest.mark.skipif(
    not works(partial(on_small_disk, Path("/tmp"), "1m")), reason="mounting is not allowed here"
)


@needs_mount
@pytest.mark.parametrize(
    ("size", "words"), [("0", "Read-only file system"), ("20m", "is full: free some space")]
)
def test_disk_that_cannot_be_written_is_told(tmp_path: Path, size: str, words: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir(mode=0o700)
    before = partial(on_small_disk, disk, size)
    assert words in refusal(disk / "data", "serve", "--port", "0", before=before)


@pytest.mark.parametrize("words", [("help",), ("collectstatic", "--no-input")])
def test_commands_without_need_start_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    process = command(tmp_path / "data", *words)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert not Places(tmp_path / "data").cluster.exists()
