"""The keeper owns PostgreSQL: starts it, again when it dies, and stops it after its last user.

    python -m ahnb_platform.database.keeper DATA_DIRECTORY

It detaches at once. Every user of the database holds `database.lock` shared; when the keeper can
take it exclusively, nobody is left. Its starter gets one line on standard output: `ready`, `busy`
(another keeper is at work), or `error: …`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from .cluster import failure, prepare_cluster
from .errors import Busy, DatabaseError
from .identity import current_identity
from .locks import EXCLUSIVE, open_lock, take_lock, try_lock
from .places import Places, explained, make_data_directory
from .postmaster import is_answering, start_postmaster, stop_postmaster

POLL_SECONDS = 0.1
START_POLL_SECONDS = 0.02
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
LONGEST_LOG_BYTES = 16 * 1024 * 1024


class Keeper:
    """One PostgreSQL on one data directory, for as long as somebody uses it."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.identity = current_identity()
        self.users = open_lock(places.users_lock)
        self.postgres: subprocess.Popen[bytes] | None = None
        self.told_to_stop = self.ready = self.reported = False
        self.pause = FIRST_PAUSE_SECONDS
        self.next_start = 0.0
        self.log_start = 0

    def run(self) -> None:
        """Keep PostgreSQL until it is unused or SIGTERM comes.

        Raises:
            DatabaseError: it never became ready.
        """
        signal.signal(signal.SIGTERM, self.hear_stop)
        signal.signal(signal.SIGINT, self.hear_stop)
        prepare_cluster(self.places, self.identity)
        try:
            self.start()
            while not self.told_to_stop and not try_lock(self.users, EXCLUSIVE):
                self.tend()
                time.sleep(POLL_SECONDS if self.ready else START_POLL_SECONDS)
        finally:
            if self.postgres:
                stop_postmaster(self.postgres)

    def hear_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.told_to_stop = True

    def tend(self) -> None:
        """Notice readiness and death, and act on them."""
        if self.postgres is None or self.postgres.poll() is not None:
            if not self.reported:
                raise failure("PostgreSQL does not start", self.log_since_start(), self.places)
            self.ready = False
            if time.monotonic() >= self.next_start:
                self.start_again()
        elif not self.ready and is_answering(self.places.socket):
            self.ready = self.reported = True
            self.pause = FIRST_PAUSE_SECONDS
            report("ready")
        bound_log(self.places.log)

    def start(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.log_start = self.places.log.stat().st_size
        self.postgres = start_postmaster(self.places, self.identity)

    def start_again(self) -> None:
        """After a death; a failure is written down and tried again, more and more slowly."""
        if not self.places.cluster.exists():
            self.told_to_stop = True
            return
        self.next_start = time.monotonic() + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        try:
            self.start()
        except (DatabaseError, OSError) as error:
            print(f"keeper: {error}", file=sys.stderr, flush=True)

    def log_since_start(self) -> str:
        with self.places.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read(65536).decode(errors="replace")


def bound_log(log: Path) -> None:
    """Keep one older log beside the current one; PostgreSQL goes on appending to the same file."""
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        with contextlib.suppress(OSError):
            shutil.copy2(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def report(line: str) -> None:
    """Tell the starter, who may be gone by now."""
    with contextlib.suppress(OSError, ValueError):
        print(line, flush=True)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def detach() -> None:
    """Leave the starter's process group and terminal, and be nobody's child to wait for."""
    if os.fork():
        os._exit(0)
    os.setsid()


def keep(places: Places) -> None:
    """Be the keeper of this data directory until its database is unused.

    The keeper's lock goes before the users' lock, which the end of the process frees: who waits
    for the latter must find no keeper.
    """
    make_data_directory(places.data)
    held = take_lock(places.keeper_lock, EXCLUSIVE, seconds=0.2)
    try:
        Keeper(places).run()
    finally:
        os.close(held)


def main() -> None:
    detach()
    places = Places(Path(sys.argv[1]))
    try:
        keep(places)
    except Busy:
        report("busy")
    except DatabaseError as error:
        report(f"error: {error}")
    except OSError as error:
        report(f"error: {explained(error, places.data)}")


if __name__ == "__main__":
    main()
