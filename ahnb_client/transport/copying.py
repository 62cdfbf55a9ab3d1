"""Taking a copy of somebody's file, and its SHA-256 on the way."""

import errno
import os
import shutil
import stat
from pathlib import Path
from typing import NamedTuple

from ..errors import ConfigurationError
from ..words import numbered

ROOM_BYTES = 64 << 20  # what a copy leaves free for the training itself
_PIECE_BYTES = 1 << 20
# A FIFO that took the place of the file must not make anybody wait for its writer.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | os.O_CLOEXEC
_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


class Copied(NamedTuple):
    """How many bytes were copied, and their hash in hexadecimal digits."""

    size: int
    sha256: str


def copy_file(source: Path, target: Path) -> Copied:
    """Copy a file; the copy lies on the disk itself once this returns.

    Raises:
        ConfigurationError: it is no file, cannot be read, changed meanwhile, or has no room.
    """
    try:
        _check_kind(source, source.stat())
        descriptor = os.open(source, _READ)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            before = os.fstat(descriptor)
            _check_kind(source, before)
            _check_room(target.parent, before.st_size)
            copied = _copy(descriptor, target)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise ConfigurationError(f"{source}: {error.strerror or error}") from error
    if copied.size != before.st_size or after.st_mtime_ns != before.st_mtime_ns:
        raise ConfigurationError(f"{source} changed while it was copied")
    return copied


def _check_kind(source: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        what = _KINDS.get(stat.S_IFMT(found.st_mode), "a device")
        raise ConfigurationError(f"{source} is {what}, and no file")


def _check_room(folder: Path, size: int) -> None:
    """A spool that fills the disk would take the room that the training needs."""
    if shutil.disk_usage(folder).free < size + ROOM_BYTES:
        raise OSError(errno.ENOSPC, f"no room for a copy of {numbered(size, 'byte')} in {folder}")


def _copy(source: int, target: Path) -> Copied:
    import hashlib  # not before somebody attaches a file

    digest, size = hashlib.sha256(), 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(target, flags, 0o600), "wb", buffering=0) as copy:
        while piece := os.read(source, _PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
            rest = memoryview(piece)
            while rest:  # a disk that fills up takes a part first, and then refuses
                rest = rest[copy.write(rest) :]
        os.fsync(copy.fileno())
    return Copied(size, digest.hexdigest())
