"""Where the bytes lie: in Django's storage, under their project and hash, and nothing else."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from ahnb_platform.errors import DomainError

ROOT = "artifacts"
SHA256 = re.compile(r"[0-9a-f]{64}")


class StorageFull(DomainError):
    """The server has no room left."""

    status = 507
    code = "storage-full"


class Incoming(File):
    """A whole file on this machine, which a storage on the same disk may take over by renaming."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        super().__init__(file, name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        """Asked for by Django's `FileSystemStorage`."""
        return str(self._path)


def storage() -> Storage:
    """The storage of all files."""
    return storages["default"]


def incoming_folder() -> Path:
    """Where bodies wait until they are whole; made if missing."""
    folder = Path(settings.ARTIFACT_INCOMING)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def blob_path(project_id: int, sha256: str) -> str:
    """The path of a blob in the storage: made of a number and of hexadecimal digits."""
    if not SHA256.fullmatch(sha256):
        raise ValueError("no SHA-256")
    return f"{ROOT}/{int(project_id)}/{sha256[:2]}/{sha256}"


def put_blob(project_id: int, sha256: str, path: Path) -> None:
    """Bring a whole file into the storage, unless it lies there whole.

    The caller holds the lock of the project's files: what lies there is nobody else's.

    Raises:
        StorageFull: no room.
    """
    where = blob_path(project_id, sha256)
    kept = storage()
    if kept.exists(where):
        if kept.size(where) == path.stat().st_size:
            return
        kept.delete(where)  # a copy that was broken off, as by a kill
    try:
        with path.open("rb") as file:
            stored = kept.save(where, Incoming(file, path))
    except OSError as error:
        # A copy between two disks leaves what had room.
        kept.delete(where)
        raise full(error) from error
    if stored != where:
        # Somebody was quicker with the same bytes.
        kept.delete(stored)


def has_blob(project_id: int, sha256: str) -> bool:
    """Whether the storage has the bytes."""
    return storage().exists(blob_path(project_id, sha256))


def lost_blobs(project_id: int, hashes: Iterable[str]) -> set[str]:
    """Those of some hashes whose bytes are gone, as far as a look at this machine's disk tells.

    A storage elsewhere would have to be asked once for each: there none is called lost.
    """
    if not isinstance(storage(), FileSystemStorage):
        return set()
    return {sha256 for sha256 in set(hashes) if not has_blob(project_id, sha256)}


def open_blob(project_id: int, sha256: str) -> File[Any]:
    """The bytes. Raises FileNotFoundError where a storage lost them."""
    return storage().open(blob_path(project_id, sha256), "rb")


def delete_blob(project_id: int, sha256: str) -> None:
    """Delete the bytes; nothing happens where there are none."""
    storage().delete(blob_path(project_id, sha256))


def blob_bytes(project_id: int, sha256: str) -> int:
    """How many bytes they are."""
    return int(storage().size(blob_path(project_id, sha256)))


def is_older(project_id: int, sha256: str, before: datetime) -> bool:
    """Whether the storage got the bytes before a moment."""
    return storage().get_modified_time(blob_path(project_id, sha256)) < before


def stored_blobs(project_id: int) -> Iterator[str]:
    """The hashes of a project's blobs, as the storage has them."""
    kept, root = storage(), f"{ROOT}/{int(project_id)}"
    for folder in _folders(kept, root):
        for name in kept.listdir(f"{root}/{folder}")[1]:
            if SHA256.fullmatch(name):
                yield name


def stored_projects() -> list[int]:
    """The numbers of the projects that have a folder in the storage."""
    return [int(name) for name in _folders(storage(), ROOT) if name.isascii() and name.isdigit()]


def full(error: OSError) -> Exception:
    """The answer where the disk is full; any other failure as it is."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("The server's disk is full; nothing was stored.")
    return error


def _folders(kept: Storage, path: str) -> list[str]:
    try:
        return list(kept.listdir(path)[0])
    except FileNotFoundError:
        return []
