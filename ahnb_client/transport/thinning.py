"""Making room where a spool has reached its limit: what goes first, and what is told of it."""

import json
from collections import Counter
from collections.abc import Iterator

from .. import record
from ..clock import now
from ..plain import dumps
from .segments import DiskSegment, Segment

HALVINGS = 10  # of the batch points of a segment, until the rest of them goes at once
NO_BATCH_POINTS, NOTHING = HALVINGS + 1, HALVINGS + 2
_LOST = b'{"kind":"lost"'


class Thinning:
    """Thins segments out, level by level; all have come to a level before one goes further.

    At each of the first levels every second batch point of a series goes, then all of them, and at
    last epochs and events. The count of what went stands as an event in the segment itself, so
    that it outlives the process.
    """

    def __init__(self, segments: dict[int, Segment]) -> None:
        self._segments = segments
        self._levels: Counter[int] = Counter()

    def make_room(self, kind: type[Segment], limit: int, wanted: int, idle: range) -> bool:
        """Thin segments of a kind until `wanted` bytes more fit in; whether one had to be.

        Only those with a number in `idle` are touched: nobody reads or writes them.
        """
        held = {n: s for n, s in self._segments.items() if isinstance(s, kind)}
        total = sum(segment.size for segment in held.values()) + wanted
        had_to = total > limit
        while total > limit:
            open_to = [n for n in held if n in idle and self._levels[n] < NOTHING]
            if not open_to:
                break
            total -= self._thin(min(open_to, key=lambda n: (self._levels[n], n)))
        return had_to

    def _thin(self, number: int) -> int:
        """Bring a segment to its next level; gives the bytes freed."""
        self._levels[number] += 1
        segment = self._segments[number]
        reason = "spool-full" if isinstance(segment, DiskSegment) else "no-room"
        kept = thinned(segment.read(0, segment.size), self._levels[number], reason)
        try:
            self._segments[number] = segment.replaced_by(kept)
        except OSError:
            return 0
        return segment.size - self._segments[number].size


def thinned(data: bytes, level: int, reason: str) -> bytes:
    """What stays of a segment at a level, and the count of what went, by reason."""
    kept, lost = bytearray(), Counter[str]()
    seen: Counter[int] = Counter()
    attempt = 0
    for unit, payload in _records(data):
        prefix = record.prefix_of(payload)
        attempt = max(attempt, prefix.attempt)
        if prefix.kind == record.EVENT and payload.startswith(_LOST, record.PREFIX.size):
            lost.update(json.loads(payload[record.PREFIX.size :])["data"]["reasons"])
        elif prefix.kind == record.POINT and unit != "epoch":
            seen[prefix.series] += 1
            if level > HALVINGS or seen[prefix.series] % 2 == 0:
                lost[reason] += 1
            else:
                kept += record.frame(payload)
        elif level < NOTHING:
            kept += record.frame(payload)
        elif prefix.kind != record.SERIES:
            lost[reason] += 1
    if lost:
        event = {"kind": "lost", "at": now(), "data": {"reasons": dict(lost)}}
        kept += record.frame(record.pack_event(attempt, dumps(event)))
    return bytes(kept)


def _records(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each record, with the unit of its series."""
    units: dict[int, str] = {}
    for _, payload in record.frames(data):
        prefix = record.prefix_of(payload)
        if prefix.kind == record.SERIES:
            if not prefix.series:
                continue  # fills a place
            units[prefix.series] = record.unpack_series(payload)[1]
        yield units.get(prefix.series, "") if prefix.kind == record.POINT else "", payload
