"""Folders of spools: who owns one, what it is for, and which are left over."""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from ..errors import ConfigurationError
from ..plain import dumps, plain
from . import segments
from .files import Files
from .journal import START, Position
from .writing import write_whole

FORMAT = 2  # 1 had the time of a point before its values
HEADER = "header.json"
LOCK = "lock"
REFUSED = "refused.ndjson"
TROUBLE = "trouble"
MAX_REFUSED_BYTES = 16 << 20


def this_host() -> str:
    """The name of this machine, as spools remember it."""
    import socket  # takes longer than the rest of this module

    return socket.gethostname()


@dataclass(frozen=True)
class Header:
    """What has to be known to deliver a spool. It never holds a token."""

    run_id: str
    writer: str
    server: str | None
    create: dict[str, Any]  # the body of PUT /runs/<run_id>/
    own_id: bool  # this process made the run's id
    automatic: bool = True  # sent without being asked; not what was recorded offline on purpose
    pid: int = field(default_factory=os.getpid)
    host: str = field(default_factory=this_host)
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The header of a spool.

        Raises:
            ConfigurationError: there is none, or it was written by a later version.
        """
        try:
            data = json.loads((folder / HEADER).read_bytes())
            if data["format"] != FORMAT:
                raise ConfigurationError(f"{folder} was written by another version of ahnb-client")
            return cls(**data)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(f"{folder} is not a spool: {error}") from error

    @property
    def started_at(self) -> float | None:
        """When the process began it, seconds since the epoch."""
        text = self.create.get("started_at")
        return datetime.fromisoformat(text).timestamp() if text else None

    def write(self, folder: Path) -> None:
        # The training waits for this, so not for the disk: the first plan brings it there.
        write_whole(folder / HEADER, json.dumps(asdict(self)).encode(), sync=False)


class FolderLock:
    """A lock file that the operating system gives back when its process ends, however."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._descriptor = -1

    def take(self) -> bool:
        """Whether this process holds it now."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _lock(descriptor):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {this_host()}\n".encode(), 0)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Spool:
    """One folder: the records of one process for one run. Held by one process at a time."""

    def __init__(self, folder: Path, header: Header, lock: FolderLock) -> None:
        self.folder, self.header, self._lock = folder, header, lock
        self.files = Files(folder)  # that wait to be attached to the run

    @classmethod
    def create(cls, root: Path, header: Header) -> Self:
        """Make a folder of its own for this process and run, and hold it.

        Raises:
            OSError: the disk refuses.
        """
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = root / f".{header.writer}"
        fresh.mkdir(mode=0o700)
        try:
            lock = FolderLock(fresh)
            lock.take()
            header.write(fresh)
            # Only a finished folder gets a name that `ahnb sync` looks at.
            return cls(_place(fresh, root, header.run_id), header, lock)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    @classmethod
    def adopt(cls, folder: Path) -> Self | None:
        """Hold the spool of a process that is gone; None while that one lives.

        Raises:
            ConfigurationError: the folder holds no spool that this version understands.
        """
        header = Header.read(folder)
        lock = FolderLock(folder)
        if not lock.take():
            return None
        if not (folder / HEADER).exists():  # delivered by another process meanwhile
            lock.release()
            shutil.rmtree(folder, ignore_errors=True) if not (folder / REFUSED).exists() else None
            return None
        return cls(folder, header, lock)

    @property
    def refused(self) -> Path:
        """The file that keeps what the server would not take."""
        return self.folder / REFUSED

    def keep_refused(self, what: dict[str, Any]) -> None:
        """Add a line to the file of what the server refused, which outlives the rest."""
        with contextlib.suppress(OSError), self.refused.open("ab") as file:
            if file.tell() < MAX_REFUSED_BYTES:
                file.write(dumps(plain(what)) + b"\n")

    def keep_trouble(self, why: str) -> None:
        """Leave word of why nothing more is sent, for `ahnb status` and `ahnb doctor`."""
        with contextlib.suppress(OSError):
            if why:
                write_whole(self.folder / TROUBLE, why.encode(), sync=False)
            else:
                (self.folder / TROUBLE).unlink(missing_ok=True)

    def release(self) -> None:
        """Let another process adopt it."""
        self._lock.release()

    def clear(self) -> None:
        """Everything was delivered: delete the folder, but for what the server refused."""
        with contextlib.suppress(OSError):
            # Without its header a folder is no spool, whatever is left of the rest.
            (self.folder / HEADER).unlink(missing_ok=True)
            self.files.clear()
            for path in self.folder.iterdir():
                if path.name != REFUSED:
                    path.unlink()
            self.release()
            if not self.refused.exists():
                self.folder.rmdir()


def _place(fresh: Path, root: Path, run_id: str) -> Path:
    """Give a new folder its name; a second process of the same run takes `<run_id>.2` …"""
    for number in range(1, 10_000):
        place = root / (run_id if number == 1 else f"{run_id}.{number}")
        if not place.exists():
            try:
                return fresh.rename(place)
            except OSError:
                if not place.exists():
                    raise
    raise FileExistsError(f"too many spools of run {run_id}")


def refused_files(root: Path) -> list[Path]:
    """What the server would not take, kept for a person to look at."""
    return sorted(root.glob(f"*/{REFUSED}"))


def spool_folders(root: Path) -> Iterator[Path]:
    """The folders under `root` that hold a spool, oldest run first."""
    if root.is_dir():
        for folder in sorted(root.iterdir()):
            if not folder.name.startswith(".") and (folder / HEADER).is_file():
                yield folder


def trouble_of(folder: Path) -> str:
    """Why the last process that sent from this folder gave up; empty if it did not."""
    with contextlib.suppress(OSError):
        return (folder / TROUBLE).read_text(errors="replace")
    return ""


class LeftSegments:
    """The segments of a process that is gone, read as a `Journal` is."""

    closed = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def end(self) -> Position:
        """Nobody waits for what comes before it."""
        return START

    def numbers(self) -> list[int]:
        return segments.segment_numbers(self._folder)

    def read(self, number: int, start: int) -> bytes:
        try:
            with segments.segment_path(self._folder, number).open("rb") as file:
                file.seek(start)
                return file.read()
        except FileNotFoundError:
            return b""

    def discard_before(self, number: int) -> None:
        for done in self.numbers():
            if done < number:
                segments.segment_path(self._folder, done).unlink(missing_ok=True)

    def take_losses(self) -> dict[str, int]:
        return {}

    def detach(self) -> bool:
        return True

    def abandon(self) -> None:
        """Nothing is held open."""

    def prepare(self) -> None:
        """Nothing will be written any more."""

    def sync(self) -> None:
        """Nothing was written."""

    def retire(self, _position: Position) -> bool:
        """Nothing comes after what was read."""
        return True
