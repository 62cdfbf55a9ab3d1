"""The metrics of a run as a card needs them: read from its journal, so that no hook pays."""

import math
import threading
import time
from collections.abc import Iterator
from typing import Any

from ahnb_client import record
from ahnb_client.run import Run
from ahnb_client.transport.journal import START, Journal
from ahnb_client.transport.reader import Reader

MAX_POINTS = 256
MAX_CURVES = 200
_PAUSE_EVERY = 256  # records; between them others have the interpreter


class Curve:
    """One metric: at most 256 of its points, evenly spaced, and its exact last and best."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.count = 0
        self.points: list[tuple[int, float]] = []
        self.last: tuple[int, float] | None = None
        self.least: tuple[int, float] | None = None
        self.greatest: tuple[int, float] | None = None
        self._stride = 1

    def add(self, step: int, value: float) -> None:
        """Take in a point."""
        point = step, value
        self.last = point
        if math.isfinite(value):
            if self.least is None or value < self.least[1]:
                self.least = point
            if self.greatest is None or value > self.greatest[1]:
                self.greatest = point
        if self.count % self._stride == 0:
            self.points.append(point)
            if len(self.points) > MAX_POINTS:
                self.points = self.points[::2]
                self._stride *= 2
        self.count += 1

    def drawn(self) -> list[tuple[int, float]]:
        """Return the points to draw, the last one always among them."""
        last = [self.last] if self.last and self.points[-1] != self.last else []
        return [*self.points, *last]


class Follower:
    """Follows what is recorded into a run. Any thread may ask; one at a time reads."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.curves: dict[str, Curve] = {}
        self.last_step: int | None = None  # on the axis of batches and steps
        self._journal: Journal | None = None
        self._reader: Reader | None = None
        self._position = START
        self._lock = threading.Lock()

    def refresh(self, seconds: float) -> None:
        """Read on, for about so long at most; what is left comes with the next call."""
        with self._lock:
            if self._reader is None or self._journal is not self.run.journal:
                self._journal, self._position = self.run.journal, START
                self._reader = Reader(self._journal)
            self._read(self._reader, time.monotonic() + seconds)

    def _read(self, reader: Reader, deadline: float) -> None:
        for number, (end, payload) in enumerate(reader.records(self._position)):
            if number % _PAUSE_EVERY == _PAUSE_EVERY - 1:
                if time.monotonic() > deadline:
                    return
                time.sleep(0.000_1)
            self._position = end
            prefix = record.prefix_of(payload)
            if prefix.kind == record.POINT and (defined := reader.definition(prefix.series)):
                self._take(*defined, prefix, payload)

    def _take(
        self, unit: str, names: tuple[str, ...], prefix: record.Prefix, payload: bytes
    ) -> None:
        has_place = bool(prefix.flags & record.HAS_AT_STEP)
        fields = record.point_struct(len(names), at_step=has_place).unpack(payload)
        step = fields[4]
        if unit == "step" or has_place:
            self.last_step = fields[5] if has_place else step
        if unit == "time":
            return
        for name, value in zip(names, _values(fields, len(names)), strict=True):
            if record.TIME.pack(value) == record.MISSING_BYTES:
                continue
            if name not in self.curves and len(self.curves) < MAX_CURVES:
                self.curves[name] = Curve(unit)
            if name in self.curves:
                self.curves[name].add(step, value)


def _values(fields: tuple[Any, ...], width: int) -> Iterator[float]:
    return iter(fields[-1 - width : -1])
