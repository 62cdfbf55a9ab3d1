"""The document of a run that every batch reads and writes: small, binary, kept in one row."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from .codec import Reader
from .records import TIME, UNITS, Summary
from .waiting import Waiting

FORMAT = 1
TIERS = 8
HEADER = "<QQIIII"

METRIC = np.dtype(
    [
        ("last", "<f8"),
        ("first", "<f8"),
        ("low", "<f8"),
        ("high", "<f8"),
        ("last_x", "<f8"),
        ("first_x", "<f8"),
        ("low_x", "<f8"),
        ("high_x", "<f8"),
        ("count", "<i8"),
        ("nonfinite", "<i8"),
        ("last_attempt", "<i4"),
        ("unit", "<i4"),
    ]
)
UNSEEN = np.array(
    (np.nan, np.nan, np.inf, -np.inf, -np.inf, np.inf, np.nan, np.nan, 0, 0, -1, 0), METRIC
)
TIER = np.dtype([("rows", "<i4"), ("bytes", "<i4")])


@dataclass
class Delivered:
    """The sequence numbers that came: all up to `acked`, and the ranges beyond the gap."""

    acked: int = 0
    beyond: list[tuple[int, int]] = field(default_factory=list)

    def __contains__(self, seq: int) -> bool:
        return seq <= self.acked or any(first <= seq < stop for first, stop in self.beyond)

    def add(self, seq: int) -> None:
        if not self.beyond and seq == self.acked + 1:
            self.acked = seq
            return
        self.beyond = _joined(sorted([*self.beyond, (seq, seq + 1)]))
        if self.beyond[0][0] == self.acked + 1:
            self.acked = self.beyond.pop(0)[1] - 1


class Mark(NamedTuple):
    """What tells one writing of the row from every other: a count, and when it was."""

    version: int
    saved_at: datetime


@dataclass
class RunState:
    """Names, summaries, attempts, delivery, and how much lies in the tail.

    `mark` is that of the row which holds this state; None where it was not read for writing.
    `waiting` is what the tail holds; None where this process does not know all of it.
    `is_frozen` says that nothing more is taken, as it was read with the lock.
    """

    arrival: int = 0
    points: int = 0
    names: list[str] = field(default_factory=list)
    metrics: NDArray[np.void] = field(default_factory=lambda: np.empty(0, METRIC))
    attempts: dict[int, int] = field(default_factory=lambda: {0: 0})
    writers: dict[UUID, Delivered] = field(default_factory=dict)
    tiers: NDArray[np.void] = field(default_factory=lambda: np.zeros(TIERS, TIER))
    mark: Mark | None = None
    waiting: Waiting | None = None
    is_frozen: bool = False

    @cached_property
    def entries(self) -> dict[str, tuple[int, str]]:
        """Each metric's number and unit by its name."""
        units = self.metrics["unit"].tolist()
        return {
            name: (number, UNITS[unit])
            for number, (name, unit) in enumerate(zip(self.names, units, strict=True))
        }

    def lineage(self, attempt: int | None, unit: int) -> list[tuple[int, float]]:
        """An attempt (default the newest) and its ancestors, each with the step it ends before."""
        numbers = sorted(self.attempts, reverse=True)
        if attempt is None:
            attempt = numbers[0]
        found = []
        limit = np.inf
        for number in numbers:
            if number <= attempt:
                found.append((number, limit))
                limit = min(limit, np.inf if unit == TIME else self.attempts[number])
        return found

    def end_of(self, attempt: int) -> float:
        """From which step on a later attempt replaced what this one has; infinite for none."""
        return min((step for n, step in self.attempts.items() if n > attempt), default=np.inf)

    def summaries(self) -> dict[str, Summary]:
        """Each metric at a glance, by its name."""
        rows = self.metrics.tolist()
        return {name: _summary(row) for name, row in zip(self.names, rows, strict=True)}


def _summary(row: tuple[Any, ...]) -> Summary:
    """A row of `METRIC` as people and programs see it."""
    last, first, low, high, last_x, first_x, low_x, high_x, count, nonfinite, seen, unit = row
    if seen < 0:
        return Summary(UNITS[unit], None, None, None, None, count, nonfinite, None, None, None)
    if unit != TIME:
        last_x, first_x, low_x, high_x = int(last_x), int(first_x), int(low_x), int(high_x)
    steps = (last_x, low_x, high_x, first_x)
    return Summary(UNITS[unit], last, first, low, high, count, nonfinite, *steps)


def shown_x(x: float, unit: int) -> float:
    """Steps are whole numbers; only times have a fraction."""
    return x if unit == TIME else int(x)


def encode_state(state: RunState) -> bytes:
    names = "\0".join(state.names).encode()
    sizes = (len(state.names), len(names), len(state.attempts), len(state.writers))
    parts = [
        struct.pack(HEADER, state.arrival, state.points, *sizes),
        state.metrics.tobytes(),
        names,
        np.array(list(state.attempts.items()), "<i8").tobytes(),
        state.tiers.tobytes(),
    ]
    for writer, delivered in state.writers.items():
        parts.append(writer.bytes + struct.pack("<QI", delivered.acked, len(delivered.beyond)))
        parts.append(np.array(delivered.beyond, "<i8").tobytes())
    return b"".join(parts)


def decode_state(data: bytes | memoryview) -> RunState:
    reader = Reader(data)
    arrival, points, metrics, name_bytes, attempts, writers = reader.unpack(HEADER)
    table = reader.array(METRIC, metrics).copy()
    text = bytes(reader.take(name_bytes)).decode()
    state = RunState(
        arrival=arrival,
        points=points,
        names=text.split("\0") if metrics else [],
        metrics=table,
        attempts=dict(reader.array("<i8", attempts * 2).reshape(-1, 2).tolist()),
        tiers=reader.array(TIER, TIERS).copy(),
    )
    for _ in range(writers):
        writer = UUID(bytes=bytes(reader.take(16)))
        acked, ranges = reader.unpack("<QI")
        pairs = reader.array("<i8", ranges * 2).reshape(-1, 2).tolist()
        state.writers[writer] = Delivered(acked, [(first, stop) for first, stop in pairs])
    return state


def add_metrics(state: RunState, names: list[str], units: list[int]) -> None:
    """Enter new metrics behind the known ones."""
    rows = np.full(len(names), UNSEEN, METRIC)
    rows["unit"] = units
    state.names.extend(names)
    state.metrics = np.concatenate((state.metrics, rows))
    state.__dict__.pop("entries", None)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined = [ranges[0]]
    for first, stop in ranges[1:]:
        if first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((first, stop))
    return joined
