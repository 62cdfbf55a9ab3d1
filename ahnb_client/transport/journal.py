"""The journal of one process and run: what a hook appends to, without a system call or lock."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from .. import record
from ..notices import tell
from . import block, segments
from .definitions import Definition
from .following import START, FollowsSegments, Position
from .room import DISK_LIMIT, MEMORY_LIMIT, SEGMENT_SIZE, Room

__all__ = ["MEMORY_LIMIT", "SEGMENT_SIZE", "START", "Definition", "Journal", "Position", "refuse"]
FULL = "the spool of this run is full (AHNB_SPOOL_MB): its batch points are thinned out"
AFTER_END = "the run has ended: what is logged now is not recorded; run.resume() goes on with it"


class Journal(FollowsSegments):
    """Appends frames to segments on disk, or in memory while the disk refuses.

    Any thread may append; one reader may follow. `losses` counts, by reason, what had to go.
    """

    def __init__(
        self, folder: Path | None, *, recording: bool = True, limit_bytes: int = DISK_LIMIT
    ) -> None:
        """Start in `folder`, or in memory without one; `recording=False` takes nothing at all.

        From `limit_bytes` on, files included, what lies on the disk is thinned out.
        """
        self.folder = folder
        self.attempt = 0
        self.losses: Counter[str] = Counter()
        self.closed = self.retired = not recording
        self._lock = threading.Lock()
        self._segments: dict[int, segments.Segment] = {}
        self.room = Room(self._segments, limit_bytes)
        self._told_late = False
        self.is_silent = False  # nothing is ever recorded here, and nobody waits for it
        self._reading = 0
        self._number = 0
        self._spare: segments.DiskSegment | None = None
        self._segment: segments.Segment | None = None
        self._block: block.Block | None = None  # in the present segment
        self._filled = 0, 0  # where room that was not used ends in it, and where that begins
        self._ended_at: int | None = 0  # the end of the last segment once nothing more is taken
        self._unsealed: list[segments.Segment] = []
        self._definitions = 0
        if recording:
            self._begin_segment(SEGMENT_SIZE)

    # Writing

    def define(self, unit: str, names: Sequence[str]) -> Definition:
        with self._lock:
            self._definitions += 1
            return Definition(self._definitions, unit, names)

    def append(self, frame: bytes, definition: Definition) -> None:
        """Add a point of a series; it survives the process once this returns."""
        with self._lock:
            self._append(frame, definition)

    def append_event(self, frame: bytes) -> None:
        """Add an event; it survives the process once this returns."""
        with self._lock:
            self._append(frame, None)

    def writer(self, definition: Definition) -> tuple[Callable[[bytes], object], int]:
        """The quickest way to add points of a series, and the attempt that it is good for.

        It takes frames, from any thread, without a lock. It raises ValueError and adds nothing
        once the segment is full or the journal closed; `append` finds room then, and there may
        be a new writer.
        """
        with self._lock:
            if self._segment is None or definition.segment is not self._segment:
                return refuse, self.attempt
            return self._segment.write, self.attempt

    def reserve(
        self, definition: Definition, width: int, first: int, count: int
    ) -> block.Block | None:
        """Room for points of a series at the steps from `first` on; `append` one before.

        There is one block at a time. It is closed when another is reserved, when the segment
        ends, and when a reader has to come to what lies behind it.
        """
        with self._lock:
            self._close_block()
            if self._segment is None or definition.segment is not self._segment:
                return None
            start = record.loose_start(width, self.attempt, definition.number)
            self._block = block.reserve(self._segment, start, first, count)
            return self._block

    def close_block(self, done: block.Block) -> None:
        """Take no more points into a block."""
        with self._lock:
            if self._block is done:
                self._close_block()

    def _close_block(self) -> None:
        if self._block is not None:
            self._block.close()
            self._filled = self._block.end, self._block.written
            self._block = None

    def begin_attempt(self, number: int) -> None:
        """Mark what comes from here on; writers of the attempt before take nothing more."""
        with self._lock:
            self.attempt = number
            if not self.closed:
                self._begin_segment(SEGMENT_SIZE)

    def _append(self, frame: bytes, definition: Definition | None) -> None:
        if self.closed and self.is_silent:
            return
        if self.closed:
            # Counted until it was told once: a loop that goes on must not hold up the end for ever.
            if not self._told_late:
                self.losses["after-end"] += 1
            tell(AFTER_END, once="after-end")
            return
        try:
            self._put(frame, definition)
        except ValueError:  # no room
            size = len(frame) + (len(definition.frame) if definition else 0)
            self._begin_segment(max(SEGMENT_SIZE, size))
            self._put(frame, definition)

    def _put(self, frame: bytes, definition: Definition | None) -> None:
        if self._segment is None:
            raise ValueError("no segment")
        if definition is not None and definition.segment is not self._segment:
            self._segment.write(definition.frame)
            definition.segment = self._segment
        self._segment.write(frame)

    # Segments

    def _begin_segment(self, size: int) -> None:
        self._close_block()
        if self._segment is not None and self._ended_at is None:
            self._segment.stop()
            self._unsealed.append(self._segment)
            for segment in self._unsealed[:-2]:  # nobody seals them soon
                segment.rest()
        segment = self._take_spare(size) or self._new_segment(self._number + 1, size)
        self._number += 1
        self._filled = 0, 0
        self._segments[self._number] = self._segment = segment
        self._ended_at = None

    def _take_spare(self, size: int) -> segments.Segment | None:
        spare, self._spare = self._spare, None
        if spare is None or self.folder is None:
            return None
        if spare.size < size or self.room.is_full(size):
            spare.delete()
            return None
        spare.rename(segments.segment_path(self.folder, self._number + 1))
        return spare

    def _new_segment(self, number: int, size: int) -> segments.Segment:
        reason = "no home folder"
        try:
            if self.folder is not None:
                if self._make_room(segments.DiskSegment, size):
                    tell(FULL, once="spool-full")
                return segments.DiskSegment(segments.segment_path(self.folder, number), size)
        except OSError as error:
            reason = f"{self.folder}: {error.strerror}"
        tell(f"no room for records on disk ({reason}); keeping them in memory", once="memory")
        self._make_room(segments.MemorySegment, size)
        return segments.MemorySegment(size)

    @property
    def room_for_files(self) -> int:
        """How many bytes files may take that wait in the same folder."""
        with self._lock:
            return self.room.for_files

    def _make_room(self, kind: type[segments.Segment], wanted: int) -> bool:
        # A batch whose answer is still awaited may lie in the segments up to the one last read.
        return self.room.make(kind, wanted, range(self._reading + 1, self._number))

    def prepare(self) -> None:
        """Have the next segment ready before a hook needs it. Called by the sender's thread."""
        with self._lock:
            self._seal()
            segment, folder = self._segment, self.folder
            if segment is None or self.closed:
                return
            # Only under the lock: an end closes the buffer, and another segment may take its place.
            wants_spare = self._wants_spare(segment)
        segment.make_ready()
        if folder is None or not wants_spare:
            return
        try:
            spare = segments.DiskSegment(folder / "spare", SEGMENT_SIZE)
        except OSError:
            return
        with self._lock:
            if not self.closed:
                self._spare = spare
                return
        spare.delete()

    def _wants_spare(self, segment: segments.Segment) -> bool:
        is_near = segment.buffer.tell() * 2 >= segment.size
        return is_near and self._spare is None and not self.room.is_full(SEGMENT_SIZE)

    def sync(self) -> None:
        """Bring what was written to the disk itself. Called by the sender's thread."""
        with self._lock:
            segment = self._segment
        if segment is not None:
            with contextlib.suppress(OSError):
                segment.sync()

    # The end, and what may follow it

    def close(self) -> None:
        """Take no more records; those that come are counted as lost."""
        with self._lock:
            self.closed = True
            self._close_block()
            if self._segment is not None and self._ended_at is None:
                self._ended_at = self._before_filler(self._segment.end())
                self._unsealed.append(self._segment)
            if self._spare is not None:
                self._spare.delete()
                self._spare = None
            self._seal()

    def _seal(self) -> None:
        """Give checksums to all points of the segments that are complete and still here."""
        here = self._segments.values()
        for segment in [segment for segment in self._unsealed if segment in here]:
            with contextlib.suppress(OSError):
                segment.seal()
                segment.rest()
        self._unsealed.clear()

    def reopen(self) -> bool:
        """Take records again; False when everything was delivered and cleared meanwhile."""
        with self._lock:
            if self.retired or self._segment is None:
                return False
            self.closed = False
            self._begin_segment(SEGMENT_SIZE)
            return True

    def retire(self, position: Position) -> bool:
        """Give up the segments for good, unless something came after `position`."""
        with self._lock:
            if not self.closed or self.losses or position < self._end():
                return False
            self.retired = True
            for segment in self._segments.values():
                segment.delete()
            self._segments.clear()
            return True

    def detach(self) -> bool:
        """Leave the segments on disk to somebody else; False while records may still come."""
        with self._lock:
            if not self.closed:
                return False
            self.retired = True
            for segment in self._segments.values():
                segment.close()
            return True

    def abandon(self) -> None:
        """In a forked child: forget everything and touch nothing that the parent owns."""
        self._lock = threading.Lock()
        self.closed = self.retired = True
        if self._block is not None:
            self._block.let_go()
        if self._segment is not None and self._ended_at is None:
            self._segment.stop()
        self._segments = {}
        self._segment = self._spare = None

    def take_losses(self) -> dict[str, int]:
        """What was lost since the last call, by reason."""
        with self._lock:
            losses, self.losses = dict(self.losses), Counter()
            self._told_late = self.closed and (self._told_late or "after-end" in losses)
        return {reason: count for reason, count in losses.items() if count}


def refuse(_frame: bytes) -> object:
    """Stands for a writer where there is none."""
    raise ValueError("no writer")
