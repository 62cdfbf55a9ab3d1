"""Start a server, wait until it answers, and end it with everything that it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The server's process, once its port takes connections.

    Raises:
        RuntimeError: it ended, or did not listen within two minutes; its log tells more.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        await_port(process, port, log)
        yield process
    finally:
        end(process)


def await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until a port of loopback takes connections. Raises RuntimeError as `running`."""
    await_connection(process, socket.AF_INET, ("127.0.0.1", port), log)


def await_socket(process: subprocess.Popen[bytes], path: Path, log: Path) -> None:
    """Until the socket of this file takes connections. Raises RuntimeError as `running`."""
    await_connection(process, socket.AF_UNIX, str(path), log)


def await_connection(
    process: subprocess.Popen[bytes], family: int, address: tuple[str, int] | str, log: Path
) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex(address) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args} does not serve; see {log}:\n{log.read_text()[-2000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and after 20 seconds SIGKILL for the whole session of the process."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def own_megabytes(process: subprocess.Popen[bytes]) -> float:
    """Memory of the process and all that descend from it but PostgreSQL, in MB.

    Proportional (PSS): a page that several processes share counts once in all, as workers that
    are made by fork share most of theirs.
    """
    return sum(map(_proportional_bytes, _own(process))) / 1e6


def own_seconds(process: subprocess.Popen[bytes]) -> float:
    """Processor time so far of the process and all that descend from it but PostgreSQL."""
    return sum(map(_seconds, _own(process)))


def _own(process: subprocess.Popen[bytes]) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(entry.name)):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    todo, found = [process.pid], []
    while todo:
        pid = todo.pop()
        if not _is_database(pid):
            found.append(pid)
            todo += children.get(pid, [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on; none of a process that has ended."""
    return _read(pid, "stat").rpartition(")")[2].split()


def _seconds(pid: int) -> float:
    fields = _stat(pid)
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _is_database(pid: int) -> bool:
    command = _read(pid, "cmdline")
    return "postgres" in command.partition("\0")[0] or "database.keeper" in command


def _proportional_bytes(pid: int) -> int:
    lines = _read(pid, "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""
