"""Taking in a body of any size: to disk and through the hash in pieces, never as a whole."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Protocol

from django.http import UnreadablePostError

from ahnb_platform.errors import Malformed

from . import kinds, storage

PIECE_BYTES = 256 * 1024


class Source(Protocol):
    """What a request is here: something to read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Received:
    """A whole file that waits on this machine."""

    path: Path
    size_bytes: int
    sha256: str
    head: bytes


@contextmanager
def received(source: Source, length: int, *, sha256: str = "") -> Iterator[Received]:
    """Read exactly `length` bytes into a file that is gone afterwards, unless it was moved.

    Args:
        sha256: what the sender says it is; "" if nothing.

    Raises:
        Malformed: `short-body`, or `hash-mismatch`.
        StorageFull: no room.
    """
    descriptor, name = mkstemp(dir=storage.incoming_folder(), prefix="upload-")
    path = Path(name)
    try:
        found = _read(source, length, descriptor, path)
        if sha256 and sha256 != found.sha256:
            raise Malformed(
                "The body does not have the SHA-256 that was stated; nothing was stored.",
                code="hash-mismatch",
            )
        yield found
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _read(source: Source, length: int, descriptor: int, path: Path) -> Received:
    digest, head, left = hashlib.sha256(), b"", length
    try:
        with os.fdopen(descriptor, "wb") as file:
            while left:
                piece = source.read(min(PIECE_BYTES, left))
                if not piece:
                    raise _short()
                if len(head) < kinds.HEAD_BYTES:
                    head += piece[: kinds.HEAD_BYTES]
                digest.update(piece)
                file.write(piece)
                left -= len(piece)
            file.flush()
            os.fsync(file.fileno())
    except UnreadablePostError as error:
        raise _short() from error
    except OSError as error:
        raise storage.full(error) from error
    return Received(path, length, digest.hexdigest(), head)


def _short() -> Malformed:
    return Malformed("The body is shorter than its stated length.", code="short-body")
