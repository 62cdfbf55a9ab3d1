"""Room for the points of a series that a hook fills in by itself: no call, no lock."""

import contextlib
import mmap
import sys
import time
from array import array
from typing import Any

from .. import record
from . import segments

_WORD = 8
_VALUES_AT = 3  # in words: after header, prefix and step
_LOOKS = 20
_A_MOMENT = 0.001  # seconds


class Block:
    """Loose points with rising steps, written down beforehand but for their values and times.

    `values` are the words of the block as float64; those of point `i` begin at
    `i * words + first_value`, and its time, which makes it count, stands behind them. After
    `close` a store into `values` raises ValueError: a point is either read or refused. What came
    in until then can still be looked at (`point`).
    """

    first_value = _VALUES_AT

    def __init__(self, memory: memoryview, start: int, words: int) -> None:
        """Look at `memory`, which lies at `start` of its segment; a point takes `words`."""
        self.start, self.words = start, words
        self.end = start + len(memory)
        self._memory = memory
        self.values: Any = memory.cast("d")
        self._times = self.values[words - 1 :: words]
        self._last: tuple[int, bool] | None = None
        self._kept: array[float] | None = None  # all words, once closed

    def point(self, at: int, width: int) -> list[float]:
        """The `width` values of point `at`.

        The sender's thread may close the block at any time, so a look may come in between.

        Raises:
            ValueError: nothing of it is left, as in a forked child.
        """
        start = at * self.words + self.first_value
        for _ in range(_LOOKS):
            if self._kept is not None:
                return self._kept[start : start + width].tolist()
            with contextlib.suppress(ValueError):  # is being closed
                values: list[float] = self.values[start : start + width].tolist()
                return values
            time.sleep(_A_MOMENT)
        raise ValueError("the block is closed")

    def count(self) -> tuple[int, bool]:
        """How many points there are up to the newest one, and whether none of them is missing."""
        if self._last is not None:
            return self._last
        times: list[Any] = self._times.tolist()
        before = times.index(0.0) if 0.0 in times else len(times)
        if not any(times[before:]):
            return before, True
        return max(index for index, at in enumerate(times, 1) if at), False

    @property
    def written(self) -> int:
        """The place in the segment after the newest point."""
        return self._place_after(self.count()[0])

    def gapless_end(self) -> int | None:
        """The place after the newest point; None if one before it is missing."""
        count, is_gapless = self.count()
        return self._place_after(count) if is_gapless else None

    def _place_after(self, count: int) -> int:
        return self.start + count * self.words * _WORD

    def close(self) -> None:
        """Take no more points, and fill the room that is left."""
        # From here on nothing is stored any more, so what is counted now is all there is.
        self.values.release()
        self._last = self.count()
        with self._memory.cast("d") as words:
            self._kept = array("d", words[: self._last[0] * self.words].tobytes())
        rest = self.end - self.written
        if rest:
            self._memory[-rest:] = record.filler(rest)
        self.let_go()

    def let_go(self) -> None:
        """Take no more points and touch nothing, as in a forked child."""
        self._last = self._last or (0, True)
        for view in (self.values, self._times, self._memory):
            view.release()


def reserve(segment: segments.Segment, start: bytes, first: int, count: int) -> Block | None:
    """Room for `count` points at the steps from `first` on, fewer where the segment ends.

    `start` is how each of them begins. None if there is no room, or no memory to write into.
    """
    buffer = segment.buffer
    if not isinstance(buffer, mmap.mmap) or sys.byteorder != "little":
        return None
    with contextlib.suppress(ValueError):  # a run that ended, or another thread took the room
        return _reserved(buffer, segment.size, start, first, count)
    return None


def _reserved(buffer: mmap.mmap, end: int, start: bytes, first: int, count: int) -> Block | None:
    size = record.loose_size(start)
    place = buffer.tell()
    count = min(count, (end - place) // size)
    if count < 1:
        return None
    points = _unwritten(start, size, first, count)
    buffer.write(points)
    if buffer.tell() != place + len(points):  # another thread wrote; nobody knows who came first
        return None
    with memoryview(buffer) as whole:
        return Block(whole[place : place + len(points)], place, size // _WORD)


def _unwritten(start: bytes, size: int, first: int, count: int) -> bytearray:
    """Points but for their values and times."""
    points = bytearray((start + bytes(size - len(start))) * count)
    steps = memoryview(points).cast("Q")[len(start) // _WORD :: size // _WORD]
    steps[:] = memoryview(array("Q", range(first, first + count)))
    return points
