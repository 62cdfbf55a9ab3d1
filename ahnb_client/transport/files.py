"""Files that wait in a spool until the server has them.

`files/000001.file` is a whole copy; `files/000001.json`, written after it, says what it is. A
process that is killed between the two leaves nothing that anybody sends.
"""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from ..errors import ConfigurationError
from ..words import numbered
from .copying import copy_file
from .writing import write_whole

FOLDER = "files"
FULL = "points and files that wait have come to AHNB_SPOOL_MB"


@dataclass(frozen=True)
class WaitingFile:
    """A copy of a file, and what it is to be called on the server."""

    number: int
    path: Path
    name: str
    step: int | None
    size: int  # -1 if that cannot be read any more
    sha256: str

    @classmethod
    def read(cls, sidecar: Path) -> Self:
        """What is known of a copy, at least its number."""
        number, path = int(sidecar.stem), sidecar.with_suffix(".file")
        try:
            told = json.loads(sidecar.read_bytes())
            step = None if told["step"] is None else int(told["step"])
            return cls(number, path, told["name"], step, int(told["size"]), told["sha256"])
        except (OSError, ValueError, TypeError, KeyError):
            return cls(number, path, f"file {number}", None, -1, "")

    def open(self) -> BinaryIO | None:
        """The copy; None if it is not what it was."""
        try:
            if self.path.stat().st_size == self.size:
                return self.path.open("rb")
        except OSError:
            pass
        return None

    def document(self) -> dict[str, Any]:
        """What lies beside the copy."""
        return {"name": self.name, "step": self.step, "size": self.size, "sha256": self.sha256}


class FileBody:
    """A file as it is sent: in pieces, its length known beforehand."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def rewind(self) -> None:
        """Begin again, as after a redirect."""
        self._file.seek(0)


class Files:
    """The waiting files of one spool. Any thread may add; one sends and removes."""

    def __init__(self, spool: Path) -> None:
        self.folder = spool / FOLDER
        self._lock = threading.Lock()
        self._copying = 0
        self._last = 0
        self._sizes: dict[int, int] | None = None  # by number, of copies that are here

    @property
    def bytes(self) -> int:
        """How much all copies take, those included that are being made."""
        with self._lock:
            return sum(self._known().values())

    def _known(self) -> dict[int, int]:
        if self._sizes is None:
            self._sizes = {file.number: max(file.size, 0) for file in self.waiting()}
        return self._sizes

    def add(
        self,
        source: Path,
        name: str,
        step: int | None = None,
        *,
        newest_only: bool = False,
        most: int | None = None,
    ) -> WaitingFile:
        """Copy a file here, to be sent when its turn comes.

        Args:
            newest_only: what waits under the same name need not be sent any more.
            most: how many bytes all copies may take; any number by default.

        Raises:
            ConfigurationError: it cannot be copied.
            OSError: the spool cannot be written to.
        """
        older = [file for file in self.waiting() if file.name == name] if newest_only else []
        with self._number() as number, self._room(source, number, older, most):
            part, path = self._path(number, ".part"), self._path(number, ".file")
            try:
                copied = copy_file(source, part)
                part.rename(path)
                file = WaitingFile(number, path, name, step, *copied)
                sidecar = json.dumps(file.document()).encode()
                write_whole(self._path(number, ".json"), sidecar)
            except BaseException:
                for left in (part, path, self._path(number, ".json.new")):
                    left.unlink(missing_ok=True)
                raise
        for one in older:
            self.remove(one)
        return file

    def waiting(self) -> list[WaitingFile]:
        """All of them, in the order in which they were added."""
        return [WaitingFile.read(path) for path in self._sidecars()]

    def first(self) -> WaitingFile | None:
        """The one that is to be sent next."""
        sidecars = self._sidecars()
        return WaitingFile.read(sidecars[0]) if sidecars else None

    def numbers(self) -> set[int]:
        """The numbers of those that wait."""
        return {int(path.stem) for path in self._sidecars()}

    @property
    def is_empty(self) -> bool:
        """Whether none waits, and none is being copied."""
        with self._lock:
            return not self._copying and not self._sidecars()

    def remove(self, file: WaitingFile) -> None:
        """Send it no more. Its description goes first: without it a copy is nothing."""
        self._path(file.number, ".json").unlink(missing_ok=True)
        file.path.unlink(missing_ok=True)
        with self._lock:
            self._known().pop(file.number, None)

    def clear(self) -> None:
        """Delete the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _room(
        self, source: Path, number: int, older: list[WaitingFile], most: int | None
    ) -> Iterator[None]:
        """Room for a copy, given back if it is not made; `older` ones make room for it."""
        size = _size_of(source)
        with self._lock:
            known = self._known()
            taken = sum(known.values()) - sum(known.get(one.number, 0) for one in older)
            if most is not None and taken + size > most:
                told = f"no room for a copy of {numbered(size, 'byte')}"
                raise ConfigurationError(f"{source}: {told}: {FULL}")
            known[number] = size
        try:
            yield
        except BaseException:
            with self._lock:
                known.pop(number, None)
            raise

    @contextmanager
    def _number(self) -> Iterator[int]:
        """A number of its own for a file that is being copied."""
        with self._lock:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            taken = [int(path.stem) for path in self.folder.iterdir() if path.stem.isdigit()]
            self._last = number = max([self._last, *taken]) + 1
            self._copying += 1
        try:
            yield number
        finally:
            with self._lock:
                self._copying -= 1

    def _path(self, number: int, suffix: str) -> Path:
        return self.folder / f"{number:06d}{suffix}"

    def _sidecars(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.json") if path.stem.isdigit())


def _size_of(source: Path) -> int:
    """In bytes; 0 of what is not there, which copying it will tell."""
    try:
        return source.stat().st_size
    except OSError:
        return 0
