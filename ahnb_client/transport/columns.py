"""Points as the columns that a batch holds: shared axes and, along them, values as JSON text."""

import json
import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import record
from ..plain import non_finite
from .reader import Piece


@dataclass
class Rows:
    """The points of one series in a batch, column by column, and when in the batch each arrived."""

    unit: str
    names: tuple[str, ...]
    flags: int
    steps: list[int] = field(default_factory=list)
    at_steps: list[int] = field(default_factory=list)  # of each point or of none
    values: list[list[float]] = field(init=False)  # a column for each name
    times: list[float] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values = [[] for _ in self.names]

    @property
    def count(self) -> int:
        return len(self.steps)

    def add(self, piece: Piece, start: int, end: int) -> None:
        """Take the points of a piece from `start` to before `end`."""
        if start >= end:
            return
        if piece.count == 1:
            at_step = bool(self.flags & record.HAS_AT_STEP)
            fields = record.point_struct(len(self.names), at_step=at_step).unpack(piece.data)
            columns = [[value] for value in fields[4:]]
        else:
            columns = record.loose_columns(piece.data[piece.size * start : piece.size * end])
        self.steps += columns.pop(0)
        if self.flags & record.HAS_AT_STEP:
            self.at_steps += columns.pop(0)
        self.times += columns.pop()
        for column, new in zip(self.values, columns, strict=True):
            column += new


def clusters(rows: Iterable[Rows]) -> list[list[Rows]]:
    """Rows grouped so that no metric stands in two groups: each group gets one axis."""
    clusters: list[list[Rows]] = []
    for one in rows:
        names = set(one.names)
        joined = [c for c in clusters if any(names & set(other.names) for other in c)]
        clusters = [c for c in clusters if c not in joined]
        clusters.append([*(other for c in joined for other in c), one])
    return clusters


class Columns:
    """The points of a cluster as columns: one axis, and for each metric its values along it."""

    def __init__(self, cluster: Sequence[Rows]) -> None:
        first = cluster[0]
        self._unit = first.unit
        if len(cluster) == 1:
            self._steps, self._at_steps, self._times = first.steps, first.at_steps, first.times
            self._values: dict[str, Sequence[Any]] = dict(
                zip(first.names, first.values, strict=True)
            )
            return
        order = [arrival for rows in cluster for arrival in rows.arrivals]
        ranks = sorted(range(len(order)), key=order.__getitem__)
        self._steps = _ranked([rows.steps for rows in cluster], ranks)
        self._at_steps = _ranked([rows.at_steps for rows in cluster], ranks)
        self._times = _ranked([rows.times for rows in cluster], ranks)
        self._values = _merged(cluster, ranks)

    def axis(self) -> str:
        """The axis as JSON text."""
        if self._unit == "time":
            return _compact({"unit": "time", "times": self._times})
        axis: dict[str, Any] = {} if self._unit == "step" else {"unit": self._unit}
        axis |= _regular(self._steps) or {"steps": self._steps}
        origin = round(min(self._times), 3)
        axis["t0"] = origin
        # Rounding the origin may put it past the first point by half a millisecond, not by more.
        axis["dt_ms"] = [int((at - origin) * 1000 + 0.5) for at in self._times]
        if self._at_steps:
            axis["at_step"] = self._at_steps
        return _compact(axis)

    def values(self) -> Iterable[tuple[str, str]]:
        """Each metric's name and its values as JSON text."""
        for name, column in self._values.items():
            yield name, _numbers(column)


def _ranked(parts: Sequence[list[Any]], ranks: Sequence[int]) -> list[Any]:
    """The parts as one list in the order of arrival; empty if they are."""
    whole = [value for part in parts for value in part]
    return [whole[rank] for rank in ranks] if whole else []


def _merged(cluster: Sequence[Rows], ranks: Sequence[int]) -> dict[str, Sequence[Any]]:
    """Values of several series with names in common; None where a series lacks the name."""
    columns: dict[str, list[Any]] = {n: [None] * len(ranks) for r in cluster for n in r.names}
    base = 0
    for rows in cluster:
        for name, column in zip(rows.names, rows.values, strict=True):
            columns[name][base : base + rows.count] = column
        base += rows.count
    return {name: [column[rank] for rank in ranks] for name, column in columns.items()}


def _regular(steps: list[int]) -> dict[str, Any] | None:
    """Start, stride and count of evenly spaced steps; None for others."""
    start, count = steps[0], len(steps)
    stride = steps[1] - start if count > 1 else 1
    if stride < 1 or steps != list(range(start, start + stride * count, stride)):
        return None
    return {"start": start, "stride": stride, "count": count}


def _numbers(column: Sequence[Any]) -> str:
    """JSON text of values; `repr` is the shortest text that reads back the same float64."""
    try:
        if math.isfinite(sum(column)):
            return _compact(column)
    except TypeError:  # a gap
        pass
    return _compact([_number(value) for value in column])


def _number(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    if value != value and struct.pack("<d", value) == record.MISSING_BYTES:
        return None
    return non_finite(value)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
