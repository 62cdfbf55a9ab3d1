"""The files of a run as the server has them, and how they come into a folder."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Self

from ..artifacts.names import file_name
from ..errors import ConfigurationError, NotFound, ServerUnreachable
from ..identifiers import uuid7
from .asking import Asker

_PAGE = 1000


@dataclass(frozen=True)
class ArtifactRecord:
    """One version of a file.

    Attributes:
        version: counts per name, from 1.
        step: that it belongs to; None if it belongs to none.
        size: in bytes.
        sha256: of the bytes, in hexadecimal digits.
        created_at: when the server got it.
        document: all that the server tells of it.
    """

    id: str
    name: str
    version: int
    step: int | None
    size: int
    sha256: str
    kind: str
    created_at: datetime
    document: Mapping[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From the document of the API."""
        return cls(
            id=document["id"],
            name=document["name"],
            version=document["version"],
            step=document["step"],
            size=document["bytes"],
            sha256=document["sha256"],
            kind=document["kind"],
            created_at=datetime.fromisoformat(document["created_at"]),
            document=document,
        )


def artifacts_of(asker: Asker, run_id: str, name: str | None = None) -> list[ArtifactRecord]:
    """Return every version of every file, or of one name, the latest first."""
    pages = asker.pages(f"runs/{run_id}/artifacts/", limit=_PAGE, name=name)
    return [ArtifactRecord.of(document) for page in pages for document in page["results"]]


def chosen(asker: Asker, run_id: str, name: str, version: int | None) -> ArtifactRecord:
    """Return a version of a file, the newest by default.

    Raises:
        NotFound: there is none.
    """
    found = artifacts_of(asker, run_id, name)
    wanted = [one for one in found if version in (None, one.version)]
    if not wanted:
        which = f"version {version} of {name}" if found else name
        raise NotFound(f"run {run_id} has no file {which}", status=404)
    return max(wanted, key=lambda one: one.version)


def fetch(asker: Asker, run_id: str, file: ArtifactRecord, folder: str | PathLike[str]) -> Path:
    """Write a file under its name into a folder; it appears there once it is whole and right.

    Raises:
        ConfigurationError: its name or a link leads out of the folder, or it cannot be written.
        TransportError: it could not be had, or came as something else.
    """
    target = _place(Path(folder), file.name)
    try:
        with _written(target) as (part, digest):
            asker.download(f"runs/{run_id}/artifacts/{file.id}/", _Hashing(part, digest))
            if digest.hexdigest() != file.sha256:
                raise ServerUnreachable(f"{file.name} came with other bytes than it has")
    except OSError as error:
        raise ConfigurationError(f"{target}: {error.strerror or error}") from error
    return target


class _Hashing:
    """A file that is hashed while it is written."""

    def __init__(self, file: BinaryIO, digest: Any) -> None:
        self._file, self._digest = file, digest

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


def _place(folder: Path, name: str) -> Path:
    """Where a file goes; its folders are made. A server's word is no reason to leave the folder."""
    target = folder / file_name(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        root = folder.resolve()
        # Folders are made one by one: one that is a link elsewhere is met before it is used.
        for parent in reversed(target.relative_to(folder).parents):
            (folder / parent).mkdir(exist_ok=True)
            if not (folder / parent).resolve().is_relative_to(root):
                raise ConfigurationError(f"{folder / parent} leads out of {folder}")
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: {error.strerror}") from error
    if target.is_dir():
        raise ConfigurationError(f"{target} is a folder")
    return target


@contextmanager
def _written(target: Path) -> Iterator[tuple[BinaryIO, Any]]:
    """A file that takes its place when the block ends, and goes if the block raises."""
    part = target.with_name(f".{uuid7()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file, hashlib.sha256()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
