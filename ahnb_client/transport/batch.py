"""Cutting records into batches and writing these as the JSON that the server takes."""

import gzip
import json
import time
from dataclasses import dataclass, field
from typing import Any

from .. import record
from ..clock import now
from ..plain import dumps, plain
from .columns import Columns, Rows, clusters
from .journal import Position
from .reader import MAX_RUN, Piece, Reader

MAX_RECORDS = 2_000
MAX_BYTES = 1 << 20  # before compression
_PIECE_BYTES = 32_768  # written in one go: well below a millisecond
# Upper bounds of the text of a number with its comma, and of a point's step and time.
_VALUE_BYTES, _PLACE_BYTES, _NAME_BYTES, _GAP_BYTES = 26, 36, 60, 5

Key = tuple[int, int]  # series and flags


@dataclass
class Batch:
    """What one seq holds: the records up to `end`, all of one attempt."""

    end: Position
    attempt: int = 0
    rows: dict[Key, Rows] = field(default_factory=dict)
    events: list[bytes] = field(default_factory=list)
    records: int = 0
    size: int = 0
    is_last: bool = True  # no record was left when it was cut
    damaged: int = 0  # points whose names are not known any more
    last: bytes = b""  # the last record

    @property
    def points(self) -> int:
        """How many values it holds."""
        return sum(len(rows.names) * rows.count for rows in self.rows.values())

    @property
    def is_empty(self) -> bool:
        return not self.records and not self.events

    @property
    def last_at(self) -> float | None:
        """When the last record was made, seconds since the epoch."""
        if not self.last:
            return None
        if self.last[0] == record.EVENT:
            return float(json.loads(self.last[record.PREFIX.size :])["at"])
        return record.time_of(self.last)

    @property
    def status(self) -> str | None:
        """The status that the last status event in it gives."""
        for text in reversed(self.events):
            if text.startswith(b'{"kind":"status"'):
                return str(json.loads(text)["data"].get("status"))
        return None

    def encode(self, writer: str, seq: int) -> bytes:
        """The body, JSON in UTF-8. Gives way to other threads between its parts."""
        axes: list[str] = []
        metrics: list[str] = []
        written = 0
        for cluster in clusters(self.rows.values()):
            columns = Columns(cluster)
            axes.append(columns.axis())
            for name, values in columns.values():
                metrics.append(f'{json.dumps(name)}:{{"axis":{len(axes) - 1},"v":{values}}}')
                written += len(values)
                if written > _PIECE_BYTES:
                    written = 0
                    _pause()
        head = f'{{"writer":"{writer}","seq":{seq},"attempt":{self.attempt},"axes":['
        middle = f'{head}{",".join(axes)}],"metrics":{{{",".join(metrics)}}},"events":['
        return middle.encode() + b",".join(self.events) + b"]}"


def _pause() -> None:
    """Let a hook of the training have the interpreter."""
    time.sleep(0.000_1)


def compress(body: bytes, *, is_near: bool = False) -> bytes:
    """The body as it is sent and kept: gzip without a time stamp, so always the same bytes.

    What stays on this machine is only wrapped: no wire is spared.
    """
    # Level 5 takes four times as long for a body that is 5 % smaller.
    return gzip.compress(body, 0 if is_near else 2, mtime=0)


def event_text(kind: str, data: Any, at: float | None = None) -> str:
    """An event that no record holds, as JSON."""
    return dumps({"kind": kind, "at": now() if at is None else at, "data": plain(data)}).decode()


def cut(reader: Reader, start: Position, max_records: int = MAX_RECORDS) -> Batch:
    """The next batch from `start` on: as many records as fit together."""
    cutting = _Cutting(reader, Batch(end=start))
    batch = cutting.batch
    unpaused = 0
    for piece in reader.pieces(start):
        taken = cutting.takes(piece, max_records - batch.records)
        if taken:
            batch.end, batch.last = piece.end(taken), piece.payload(taken - 1)
        if taken < piece.count:
            batch.is_last = False
            break
        unpaused += taken
        if unpaused >= MAX_RUN:
            unpaused = 0
            _pause()
    return batch


class _Cutting:
    """A batch that is being filled."""

    def __init__(self, reader: Reader, batch: Batch) -> None:
        self.batch = batch
        self._reader = reader
        self._forms: dict[str, tuple[str, int]] = {}  # unit and flags of each metric
        # Series with names in common are merged, with a `null` for each name a point lacks.
        self._has_gaps = False

    def takes(self, piece: Piece, most: int) -> int:
        """Put records into the batch; how many it could take, not all having to be."""
        prefix = record.prefix_of(piece.payload(0))
        if self.batch.records and (most < 1 or prefix.attempt != self.batch.attempt):
            return 0
        if prefix.kind == record.EVENT:
            taken = self._takes_event(piece.data)
        else:
            taken = self._takes_points(prefix, piece, max(most, 1))
        if taken:
            self.batch.attempt = prefix.attempt
            self.batch.records += taken
        return taken

    def _takes_event(self, payload: bytes) -> int:
        if not self._room(len(payload), 1):
            return 0
        self.batch.events.append(payload[record.PREFIX.size :])
        return 1

    def _takes_points(self, prefix: record.Prefix, piece: Piece, most: int) -> int:
        rows = self._rows(prefix)
        if rows is None:
            self.batch.damaged += piece.count
            return piece.count
        taken = 0
        if not rows.count:  # the first of a series takes more room
            if not self._agrees(rows) or not self._room(self._size(rows), 1):
                return 0
            self._add(rows, prefix, piece, 0, 1)
            taken = 1
        more = self._room(self._size(rows), min(most, piece.count) - taken, taken)
        self._add(rows, prefix, piece, taken, taken + more)
        return taken + more

    def _add(self, rows: Rows, prefix: record.Prefix, piece: Piece, start: int, end: int) -> None:
        if not rows.count:
            self.batch.rows[prefix.series, prefix.flags] = rows
            self._forms.update(dict.fromkeys(rows.names, (rows.unit, rows.flags)))
        rows.add(piece, start, end)
        first = self.batch.records
        rows.arrivals.extend(range(first + start, first + end))

    def _rows(self, prefix: record.Prefix) -> Rows | None:
        """Where a point belongs; None if the definition of its series was damaged."""
        rows = self.batch.rows.get((prefix.series, prefix.flags))
        if rows is not None:
            return rows
        defined = self._reader.definition(prefix.series)
        return Rows(*defined, prefix.flags) if defined else None

    def _room(self, size: int, count: int, taken: int = 0) -> int:
        """Take room for up to `count` records of this size; for how many there was some."""
        is_empty = not (self.batch.records or taken)
        fitting = max((MAX_BYTES - self.batch.size) // size, int(is_empty))
        count = min(count, fitting)
        self.batch.size += count * size
        return count

    def _agrees(self, rows: Rows) -> bool:
        """Whether a new series can share the batch with others that hold the same metrics."""
        shared = self._forms.keys() & set(rows.names)
        self._has_gaps = self._has_gaps or bool(shared)
        return all(self._forms[name] == (rows.unit, rows.flags) for name in shared)

    def _size(self, rows: Rows) -> int:
        """The most that one more point can take, gaps for what it or others lack included."""
        size = _PLACE_BYTES + _VALUE_BYTES * len(rows.names)
        if not rows.count:
            size += sum(6 * len(name) + _NAME_BYTES for name in rows.names)
        if self._has_gaps:
            size += _GAP_BYTES * len(self._forms)
            if not rows.count:
                size += _GAP_BYTES * self.batch.records * (len(self._forms) + len(rows.names))
        return size
