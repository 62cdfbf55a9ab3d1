"""Segments: the fixed-size pieces of storage that a spool is made of.

Their `write` is one call into C that copies a frame and moves the place of the next. No other
Python thread runs meanwhile, so that a hook needs no lock.
"""

import contextlib
import mmap
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from .. import record

SUFFIX = ".seg"
AHEAD_BYTES = 512 << 10  # a second of points, however quick the training is
_POPULATE_WRITE = 23  # MADV_POPULATE_WRITE of Linux 5.14, without a name in Python
_ZEROS = bytes(65_536)


class Buffer(Protocol):
    """What a writer does with a segment: `mmap.mmap`, or what stands in for it."""

    def write(self, data: bytes, /) -> object:
        """Append; ValueError when there is no room, or when the buffer is closed."""

    def tell(self) -> int: ...
    def seek(self, place: int, /) -> object: ...
    def close(self) -> None: ...
    def __setitem__(self, index: slice, data: bytes, /) -> None: ...


class PlainBuffer:
    """A file written in place, for file systems that cannot be memory-mapped for writing."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._size = descriptor, size
        self._place = 0
        self._lock = threading.Lock()

    def __setitem__(self, index: slice, data: bytes) -> None:
        os.pwrite(self._descriptor, data, index.start)

    def write(self, data: bytes) -> None:
        with self._lock:
            if self._place + len(data) > self._size:
                raise ValueError("no room")
            os.pwrite(self._descriptor, data, self._place)
            self._place += len(data)

    def tell(self) -> int:
        return self._place

    def seek(self, place: int) -> None:
        self._place = place

    def close(self) -> None:
        self._size = 0


class _Writable:
    """What segments of both kinds do with their buffer."""

    size: int
    buffer: Buffer

    def read(self, start: int, end: int) -> bytes:
        raise NotImplementedError

    @property
    def write(self) -> Callable[[bytes], object]:
        """Appends a frame, or raises ValueError and appends nothing. Needs no lock."""
        return self.buffer.write

    def stop(self) -> None:
        """Refuse what threads may still write. Takes no lock, for the sake of forked children."""
        self.buffer.seek(self.size)

    def end(self) -> int:
        """Take nothing more; gives the place after the last record."""
        before = self.buffer.tell()
        self.stop()
        late = (offset for offset, _ in record.frames(self.read(before, self.size)))
        return before + max(late, default=0)


class DiskSegment(_Writable):
    """A file allocated whole beforehand, so that a full disk is met here and not in a hook."""

    def __init__(self, path: Path, size: int) -> None:
        """Make the file.

        Raises:
            OSError: there is no room or no right to make it; nothing is left behind.
        """
        self.path, self.size = path, size
        self._closing = threading.Lock()
        self._ready = 0 if sys.platform == "linux" else size
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self.buffer: Buffer = PlainBuffer(self._descriptor, size)
        try:
            _allocate(self._descriptor, size)
            self.buffer = _mapped(self._descriptor, size)
        except OSError:
            self.delete()
            raise

    def read(self, start: int, end: int) -> bytes:
        with self._closing:
            if self._descriptor >= 0:
                return os.pread(self._descriptor, end - start, start)
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def rest(self) -> None:
        """Hold nothing open: what is complete is only read again, by its name."""
        self.close()

    def replaced_by(self, content: bytes) -> "DiskSegment":
        """A complete segment in place of this one.

        Raises:
            OSError: there is no room; this one is still there.
        """
        fresh = DiskSegment(self.path.with_suffix(".new"), max(len(content), record.ALIGNMENT))
        fresh.write(content)
        fresh.rest()
        self.close()
        fresh.path = fresh.path.replace(self.path)
        return fresh

    def rename(self, path: Path) -> None:
        self.path = self.path.rename(path)

    def sync(self) -> None:
        """Bring the pages to the disk, for the case that the machine loses power."""
        descriptor = self._descriptor
        if descriptor >= 0:
            os.fsync(descriptor)
        self._ready = 0  # a page that was written out meets its next writer with a fault again

    def make_ready(self) -> None:
        """Meet the page faults that a hook would meet soon. For the sender's thread."""
        if not isinstance(self.buffer, mmap.mmap):
            return
        with contextlib.suppress(OSError, ValueError):  # an older system, a closed buffer
            place = self.buffer.tell()
            start = max(self._ready, place - place % mmap.PAGESIZE)
            end = min(start + AHEAD_BYTES, self.size - self.size % mmap.PAGESIZE)
            # Half of it is enough to go on with; the system is not asked for every page.
            if start < end and start - place < AHEAD_BYTES // 2:
                self._ready = end
                self.buffer.madvise(_POPULATE_WRITE, start, end - start)

    def seal(self) -> None:
        """Give the loose points in it their checksums."""
        headers = record.seals(self.read(0, self.size))
        if self._descriptor >= 0:
            for place, header in headers:
                self.buffer[place : place + len(header)] = header
            return
        with self.path.open("r+b") as file:
            for place, header in headers:
                file.seek(place)
                file.write(header)

    def close(self) -> None:
        """Let go of the file and of its mapping."""
        self.buffer.close()
        with self._closing:  # a number that is read from must not become another file's
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def delete(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)


class MemorySegment(_Writable):
    """A stand-in of the same form while the disk takes nothing."""

    def __init__(self, size: int, content: bytes = b"") -> None:
        self.size = size
        self._memory = mmap.mmap(-1, size)
        self._memory.write(content)
        self.buffer: Buffer = self._memory

    def read(self, start: int, end: int) -> bytes:
        return self._memory[start:end]

    def sync(self) -> None:
        """Memory has nothing behind it."""

    def make_ready(self) -> None:
        """Memory has no pages to write."""

    def rest(self) -> None:
        """Memory holds nothing open."""

    def replaced_by(self, content: bytes) -> "MemorySegment":
        """A complete segment in place of this one."""
        return MemorySegment(max(len(content), record.ALIGNMENT), content)

    def seal(self) -> None:
        """Memory does not rot between two processes."""

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
        return PlainBuffer(descriptor, size)
