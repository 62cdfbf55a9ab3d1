"""Reading a journal behind those who write: how far one comes, and what lies there."""

import threading
from typing import NamedTuple

from . import block, segments


class Position(NamedTuple):
    """A place in a spool: everything before it comes earlier."""

    segment: int
    offset: int


START = Position(0, 0)


class FollowsSegments:
    """The part of a journal that one reader follows."""

    _lock: threading.Lock
    _segments: dict[int, segments.Segment]
    _segment: segments.Segment | None
    _number: int
    _reading: int
    _block: block.Block | None
    _filled: tuple[int, int]
    _ended_at: int | None

    def _close_block(self) -> None:
        raise NotImplementedError

    def end(self) -> Position:
        """The place after the last record."""
        with self._lock:
            return self._end()

    def _end(self) -> Position:
        if self._segment is None or self._ended_at is not None:
            return Position(self._number, self._ended_at or 0)
        end = self._segment.buffer.tell()
        if self._block is not None and self._block.end == end:
            return Position(self._number, self._block.written)
        return Position(self._number, self._before_filler(end))

    def _before_filler(self, end: int) -> int:
        """The place after the last record, which is as far as a reader comes."""
        filled, start = self._filled
        return start if end == filled else end

    def numbers(self) -> list[int]:
        """The numbers of the segments that are still here, rising."""
        with self._lock:
            return sorted(self._segments)

    def read(self, number: int, start: int) -> bytes:
        """The bytes of a segment from `start` to its last record."""
        with self._lock:
            self._reading = number
            segment = self._segments.get(number)
            is_last = number == self._number
            end = self._open_the_way() if is_last else segment.size if segment else 0
        return segment.read(start, end) if segment is not None and start < end else b""

    def _open_the_way(self) -> int:
        """How far the present segment can be read; no point will come before that place.

        Closes the block that points are still missing from if records lie behind these.
        """
        if self._block is not None and self._segment is not None:
            # One look at each: hooks store and other threads write on, whoever has the lock.
            is_last = self._block.end == self._segment.buffer.tell()
            end = self._block.gapless_end()
            if is_last and end is not None:
                return end
            self._close_block()
        return self._end().offset

    def discard_before(self, number: int) -> None:
        """Delete the segments before `number`: the server has them."""
        with self._lock:
            done = [self._segments.pop(n) for n in list(self._segments) if n < number]
        for segment in done:
            segment.delete()
