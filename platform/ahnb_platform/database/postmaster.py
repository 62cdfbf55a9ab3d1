"""The `postgres` process: its start, its readiness, its stop, and what a crash leaves behind."""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import BinaryIO

from .archiving import archive_folder, archive_settings
from .cluster import ROLE, clean_environment, programs
from .errors import DatabaseError
from .identity import Identity
from .places import Places, make_private
from .process import PROCESSES, command_line, processes_titled, working_folder

PROTOCOL_3 = 196608
CANNOT_CONNECT_NOW = b"C57P03\0"
MAX_CONNECTIONS = 100
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "max_connections": str(MAX_CONNECTIONS),
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    # Statements carry people's data; the message alone says what went wrong.
    "log_min_error_statement": "panic",
}


def start_postmaster(places: Places, identity: Identity) -> subprocess.Popen[bytes]:
    """Start PostgreSQL on the cluster; it may not answer yet.

    Raises:
        DatabaseError: another program runs a PostgreSQL on this folder, or the log, the socket's
            folder or the programs cannot be used.
    """
    make_private(places.sockets)
    clear_leftovers(places)
    options = {
        **SETTINGS,
        **archive_settings(archive_folder()),
        "cluster_name": places.title,
        "unix_socket_directories": str(places.sockets),
    }
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with open_log(places.log) as log:
        return subprocess.Popen(
            [str(programs() / "postgres"), "-D", str(places.cluster), *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=clean_environment(),
            cwd=places.data,
            preexec_fn=identity.before_exec,
        )


def open_log(path: Path) -> BinaryIO:
    """The log, for appending, readable by its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def is_answering(socket_path: Path, *, seconds: float = 1.0) -> bool:
    """Whether a startup packet is answered by anything but "not now".

    Any other refusal, such as too many connections, shows a PostgreSQL that is up.
    """
    words = b"user\0" + ROLE.encode() + b"\0database\0postgres\0\0"
    packet = struct.pack("!ii", len(words) + 8, PROTOCOL_3) + words
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(socket_path))
            connection.sendall(packet)
            answer = connection.recv(4096)
            if answer.startswith(b"R"):
                connection.sendall(b"X" + struct.pack("!i", 4))
            return bool(answer) and CANNOT_CONNECT_NOW not in answer
    except OSError:
        return False


def stop_postmaster(postgres: subprocess.Popen[bytes]) -> None:
    """Stop it within 15 seconds: a fast shutdown, then an immediate one, then by force."""
    for number, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 3), (signal.SIGKILL, 2)):
        if postgres.poll() is not None:
            return
        postgres.send_signal(number)
        try:
            postgres.wait(seconds)
        except subprocess.TimeoutExpired:
            continue


def clear_leftovers(places: Places) -> None:
    """End what an earlier PostgreSQL left: its processes, and the lock files that name it.

    The caller holds the keeper's lock, so a PostgreSQL of our title has no keeper any more.

    Raises:
        DatabaseError: a PostgreSQL that is not ours runs on this folder.
    """
    end_processes(places.title)
    for file in (places.cluster / "postmaster.pid", Path(f"{places.socket}.lock")):
        owner = first_number(file)
        # Without a process table PostgreSQL has to judge by itself.
        if owner is None or not PROCESSES.exists():
            continue
        if working_folder(owner) == places.cluster:
            raise DatabaseError(f"Another PostgreSQL (process {owner}) uses {places.cluster}")
        # PostgreSQL would take a zombie, or any other program of that number, for a server.
        file.unlink()


def first_number(file: Path) -> int | None:
    """The process number in a lock file's first line; None without a usable one."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def end_processes(title: str) -> None:
    """End every PostgreSQL process of that title within 18 seconds.

    The postmaster is asked first; children without one are told to quit, then killed. SIGINT goes
    to the postmaster alone, as it means something else to its children.
    """
    for number, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 3), (signal.SIGKILL, 5)):
        running = processes_titled(title)
        heads = [pid for pid in running if f"cluster_name={title}" in command_line(pid)]
        targets = heads if number == signal.SIGINT else running
        for pid in targets:
            send(pid, number)
        if targets:
            wait_gone(title, seconds)


def wait_gone(title: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while processes_titled(title) and time.monotonic() < deadline:
        time.sleep(0.05)


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
