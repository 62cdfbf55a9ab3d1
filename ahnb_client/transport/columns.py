"""Points as the columns that a batch holds: shared axes and, along them, values as JSON text."""

import json
import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .. import record
from ..plain import non_finite
from .reader import Piece


@dataclass
class Rows:
    """The points of one series in a batch, and when in the batch each arrived."""

    unit: str
    names: tuple[str, ...]
    flags: int
    points: list[tuple[Any, ...]] = field(default_factory=list)  # their fields, as unpacked
    arrivals: list[int] = field(default_factory=list)

    def add(self, piece: Piece, start: int, end: int) -> None:
        """Take the points of a piece from `start` to before `end`."""
        at_step = bool(self.flags & record.HAS_AT_STEP)
        if piece.count == 1:
            if start < end:
                self.points.append(_layout(len(self.names), at_step, 0).unpack(piece.data))
            return
        layout = _layout(len(self.names), at_step, record.HEADER.size)
        self.points += layout.iter_unpack(piece.data[piece.size * start : piece.size * end])


def clusters(rows: Iterable[Rows]) -> list[list[Rows]]:
    """Rows grouped so that no metric stands in two groups: each group gets one axis."""
    clusters: list[list[Rows]] = []
    for one in rows:
        names = set(one.names)
        joined = [c for c in clusters if any(names & set(other.names) for other in c)]
        clusters = [c for c in clusters if c not in joined]
        clusters.append([*(other for c in joined for other in c), one])
    return clusters


@cache
def _layout(width: int, at_step: bool, header: int) -> struct.Struct:
    point = record.point_struct(width, at_step=at_step).format
    return struct.Struct(f"<{header}x{point[1:]}")


class Columns:
    """The points of a cluster as columns: one axis, and for each metric its values along it."""

    def __init__(self, cluster: Sequence[Rows]) -> None:
        self._unit, flags = cluster[0].unit, cluster[0].flags
        self._at_steps: Sequence[int] = ()
        self._values: dict[str, Sequence[Any]]
        first_value = 6 if flags & record.HAS_AT_STEP else 5
        points = [rows.points for rows in cluster]
        if len(cluster) == 1:
            table = list(zip(*points[0], strict=True))
            self._values = dict(zip(cluster[0].names, table[first_value:-1], strict=True))
        else:
            order = [a for rows in cluster for a in rows.arrivals]
            heads = [(*p[:first_value], p[-1]) for some in points for p in some]
            ranks = sorted(range(len(order)), key=order.__getitem__)
            table = list(zip(*(heads[rank] for rank in ranks), strict=True))
            self._values = _merged(cluster, points, first_value, ranks)
        self._steps, self._times = table[4], table[-1]
        if first_value == 6:
            self._at_steps = table[5]

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


def _merged(
    cluster: Sequence[Rows],
    points: Sequence[list[tuple[Any, ...]]],
    first_value: int,
    ranks: Sequence[int],
) -> dict[str, Sequence[Any]]:
    """Values of several series with names in common; None where a series lacks the name."""
    columns: dict[str, list[Any]] = {n: [None] * len(ranks) for r in cluster for n in r.names}
    base = 0
    for rows, some in zip(cluster, points, strict=True):
        for index, name in enumerate(rows.names, first_value):
            columns[name][base : base + len(some)] = [point[index] for point in some]
        base += len(some)
    return {name: [column[rank] for rank in ranks] for name, column in columns.items()}


def _regular(steps: Sequence[int]) -> dict[str, Any] | None:
    """Start, stride and count of evenly spaced steps; None for others."""
    start, count = steps[0], len(steps)
    stride = steps[1] - start if count > 1 else 1
    if stride < 1 or list(steps) != list(range(start, start + stride * count, stride)):
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
