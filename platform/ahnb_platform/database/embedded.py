"""What a process does that uses the embedded PostgreSQL.

It holds `database.lock` shared for the rest of its life, children made by fork included, and has
a keeper started when no PostgreSQL answers.
"""

import os
import select
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import ahnb_platform

from .errors import Busy, DatabaseError
from .locks import EXCLUSIVE, SHARED, is_free, open_lock, take_lock, try_lock
from .places import Places, explained, make_data_directory
from .postmaster import is_answering, open_log

START_SECONDS = 60.0
STOP_SECONDS = 30.0

_guard = threading.Lock()
_held: dict[Path, int] = {}


def hold(places: Places) -> None:
    """Become a user of the database, once per process; waits while an earlier one is stopping.

    Raises:
        DatabaseError: the data directory cannot be used, or PostgreSQL does not finish stopping.
    """
    with _guard:
        if places.data in _held:
            return
        make_data_directory(places.data)
        try:
            _held[places.data] = take_lock(places.users_lock, SHARED, seconds=STOP_SECONDS)
        except Busy:
            raise DatabaseError(f"PostgreSQL in {places.data} does not finish stopping") from None
        except OSError as error:
            raise explained(error, places.data) from error


def ensure_running(places: Places, *, seconds: float = START_SECONDS) -> None:
    """Hold the database and return when PostgreSQL answers.

    Raises:
        DatabaseError: it cannot start, or does not answer within `seconds`.
    """
    hold(places)
    deadline = time.monotonic() + seconds
    while not is_answering(places.socket):
        if time.monotonic() >= deadline:
            raise not_answering(places, seconds)
        if is_free(places.keeper_lock):
            await_keeper(places, deadline)
        else:
            time.sleep(0.05)


def wake(places: Places) -> None:
    """Have a keeper started if none lives, without waiting for it."""
    if is_free(places.keeper_lock):
        spawn_keeper(places, subprocess.DEVNULL).wait()


def release(places: Places, *, seconds: float) -> bool:
    """Stop using the database; True when PostgreSQL has ended or others still use it."""
    with _guard:
        held = _held.pop(places.data, None)
    if held is not None:
        os.close(held)
    deadline = time.monotonic() + seconds
    while not is_free(places.keeper_lock):
        if has_users(places):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
    return True


def discard(places: Places) -> None:
    """End PostgreSQL and delete the cluster of a command that failed, unless it is in use."""
    release(places, seconds=STOP_SECONDS)
    if is_free(places.keeper_lock):
        shutil.rmtree(places.cluster, ignore_errors=True)


def has_users(places: Places) -> bool:
    """Whether another process uses the database (and is not the keeper ending it)."""
    descriptor = open_lock(places.users_lock)
    try:
        return not try_lock(descriptor, EXCLUSIVE) and try_lock(descriptor, SHARED)
    finally:
        os.close(descriptor)


def await_keeper(places: Places, deadline: float) -> None:
    """Start a keeper and wait for its line."""
    process = spawn_keeper(places, subprocess.PIPE)
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    with process.stdout as answers:
        seconds = max(0.0, deadline - time.monotonic())
        readable, _, _ = select.select([answers], [], [], seconds)
        line = answers.readline().decode(errors="replace").strip() if readable else "late"
    process.wait()
    if line.startswith("error: "):
        raise DatabaseError(line.removeprefix("error: "))
    if line not in ("ready", "busy", "late"):
        raise DatabaseError(f"PostgreSQL's keeper ended without a word; see {places.log}")


def spawn_keeper(places: Places, stdout: int) -> "subprocess.Popen[bytes]":
    """Start the keeper's program; the process returned only detaches the real one."""
    source = str(Path(ahnb_platform.__file__).parent.parent)
    try:
        with open_log(places.log) as log:
            return start_program(places, source, stdout, log)
    except OSError as error:
        raise explained(error, places.data) from error


def start_program(
    places: Places, source: str, stdout: int, log: IO[bytes]
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", f"{__package__}.keeper", str(places.data)],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=log,
        cwd="/",
        env={**os.environ, "PYTHONPATH": source},
    )


def not_answering(places: Places, seconds: float) -> DatabaseError:
    return DatabaseError(
        f"PostgreSQL has not answered within {seconds:.0f} seconds; it may be recovering after "
        f"a crash, see {places.log}"
    )
