"""Segments: the fixed-size pieces of storage that a spool is made of."""

import mmap
import os
from pathlib import Path
from typing import Protocol

SUFFIX = ".seg"
_ZEROS = bytes(65_536)


class Buffer(Protocol):
    """What a segment lets its writer do: overwrite a slice of its fixed length."""

    def __setitem__(self, index: slice, data: bytes, /) -> None: ...


class PlainBuffer:
    """A file written in place, for file systems that cannot be memory-mapped for writing."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __setitem__(self, index: slice, data: bytes) -> None:
        os.pwrite(self._descriptor, data, index.start)


class DiskSegment:
    """A file allocated whole beforehand, so that a full disk is met here and not in a hook."""

    def __init__(self, path: Path, size: int) -> None:
        """Make the file.

        Raises:
            OSError: there is no room or no right to make it; nothing is left behind.
        """
        self.path, self.size = path, size
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            _allocate(self._descriptor, size)
            self.buffer: Buffer = _mapped(self._descriptor, size)
        except OSError:
            self.delete()
            raise

    def read(self, start: int, end: int) -> bytes:
        return os.pread(self._descriptor, end - start, start)

    def rename(self, path: Path) -> None:
        self.path = self.path.rename(path)

    def sync(self) -> None:
        """Bring the pages to the disk, for the case that the machine loses power."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file and of its mapping."""
        self.buffer = bytearray()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def delete(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)


class MemorySegment:
    """A stand-in of the same form while the disk takes nothing."""

    def __init__(self, size: int, content: bytes = b"") -> None:
        self.size = size
        self.buffer: bytearray = bytearray(content.ljust(size, b"\0"))

    def read(self, start: int, end: int) -> bytes:
        return bytes(self.buffer[start:end])

    def sync(self) -> None:
        """Memory has nothing behind it."""

    def close(self) -> None:
        """Memory holds nothing open."""

    def delete(self) -> None:
        """Forgotten with its last reference."""


Segment = DiskSegment | MemorySegment


def segment_path(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}{SUFFIX}"


def segment_numbers(folder: Path) -> list[int]:
    """The numbers of the segments in a folder, rising."""
    return sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit())


def _allocate(descriptor: int, size: int) -> None:
    """Reserve real blocks: a store into a sparse mapping on a full disk is a SIGBUS."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    for offset in range(0, size, len(_ZEROS)):
        os.pwrite(descriptor, _ZEROS[: size - offset], offset)


def _mapped(descriptor: int, size: int) -> Buffer:
    try:
        return mmap.mmap(descriptor, size)
    except OSError:
        return PlainBuffer(descriptor)
