"""The storage's files: out of it under the hash of their content, and back to their paths."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.core.files.storage import Storage

from .errors import BackupError
from .layout import file_place

PIECE = 1 << 20


def stored_paths(storage: Storage, folder: str = "") -> Iterator[str]:
    """The path of every file, in order."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in sorted(names))
    for name in sorted(folders):
        yield from stored_paths(storage, f"{prefix}{name}")


def copy_out(storage: Storage, backup: Path) -> dict[str, str]:
    """Copy every file into the backup; the SHA-256 of each path.

    A file that goes while it is listed was named by nobody: cleaning waits for backups.
    """
    found = {}
    for path in stored_paths(storage):
        try:
            found[path] = _copy(storage, path, backup)
        except FileNotFoundError:
            continue
    return found


def _copy(storage: Storage, path: str, backup: Path) -> str:
    side = backup / "file.unfinished"
    total = hashlib.sha256()
    with storage.open(path, "rb") as source, side.open("wb") as target:
        while piece := source.read(PIECE):
            total.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    sha256 = total.hexdigest()
    place = backup / file_place(sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    side.replace(place)
    return sha256


def copy_in(storage: Storage, backup: Path, stored: dict[str, str]) -> None:
    """Bring every file back to its path.

    Raises:
        BackupError: the storage gave one another path, as it was there already.
    """
    for path, sha256 in stored.items():
        with (backup / file_place(sha256)).open("rb") as source:
            if storage.save(path, File(source)) != path:
                raise BackupError(f"The storage already has {path}")
