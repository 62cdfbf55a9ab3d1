"""Points in arrival order, of all metrics together: what a batch becomes.

Metrics that share their axis make one group, a matrix of values beside one axis.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .codec import (
    Floats,
    Ints,
    Reader,
    decode_ints,
    decode_times,
    decode_values,
    encode_ints,
    encode_times,
    encode_values,
    raw_times,
)
from .points import Points, SeriesId, concatenated, in_order
from .records import TIME, UNITS, Column

FORMAT = 1
HEADER = "<BiII?"


@dataclass(frozen=True)
class Group:
    """Metrics (`ids`) on one axis of n points; `values` has a row per metric.

    `arrival` numbers the batch that each point came with. `at_step` is -1 where unknown.
    """

    unit: int
    attempt: int
    ids: NDArray[np.uint32]
    arrival: Ints
    steps: Ints | None
    times: Floats
    at_step: Ints | None
    values: Floats

    @cached_property
    def x(self) -> Floats:
        return self.times if self.steps is None else self.steps.astype(np.float64)

    @cached_property
    def located(self) -> Ints:
        """`at_step` in full. All metrics get the same arrays: folding looks at each once."""
        return np.full(len(self.times), -1, np.int64) if self.at_step is None else self.at_step

    def only(self, metrics: Container[int]) -> Group:
        """The group without other metrics."""
        rows = [row for row, metric in enumerate(self.ids.tolist()) if metric in metrics]
        return replace(self, ids=self.ids[rows], values=self.values[rows])

    def at(self, columns: NDArray[np.bool_]) -> Group | None:
        """The group at some places of its axis; None where they are none."""
        if not columns.any():
            return None
        return replace(
            self,
            arrival=self.arrival[columns],
            steps=None if self.steps is None else self.steps[columns],
            times=self.times[columns],
            at_step=None if self.at_step is None else self.at_step[columns],
            values=self.values[:, columns],
        )

    def points(self, row: int) -> Points:
        """The points of one of the metrics, in order of arrival."""
        return Points(self.x, self.times, self.located, self.values[row], self.steps is None)


def groups_of(columns: Iterable[tuple[int, Column]], *, attempt: int, arrival: int) -> list[Group]:
    """Columns, each with its metric's number, by the axis that they share."""
    shared: dict[tuple[object, ...], list[tuple[int, Column]]] = defaultdict(list)
    for number, column in columns:
        axis = (column.unit, id(column.steps), id(column.times), id(column.at_step))
        shared[axis].append((number, column))
    return [_group(members, attempt, arrival) for members in shared.values()]


def _group(members: list[tuple[int, Column]], attempt: int, arrival: int) -> Group:
    first = members[0][1]
    unit = UNITS.index(first.unit)
    known = first.steps if unit != TIME else None
    return Group(
        unit=unit,
        attempt=attempt,
        ids=np.array([number for number, _ in members], np.uint32),
        arrival=np.full(len(first.values), arrival, np.int64),
        steps=None if known is None else np.asarray(known, np.int64),
        times=np.ascontiguousarray(first.times, np.float64),
        at_step=None if first.at_step is None else np.asarray(first.at_step, np.int64),
        values=_matrix([column.values for _, column in members]),
    )


def _matrix(rows: list[Floats]) -> Floats:
    """The rows as one matrix: the one that they are the rows of, if they are all of one."""
    base = rows[0].base
    is_whole = (
        base is not None
        and base.shape == (len(rows), len(rows[0]))
        and all(row.base is base for row in rows)
    )
    return np.ascontiguousarray(base if is_whole else rows, np.float64)


def encode_groups(groups: list[Group], *, compact: bool = False) -> bytes:
    """Groups as bytes; `compact` takes longer, for rows that stay a while."""
    parts = [_encode_group(group, compact) for group in groups]
    return struct.pack("<I", len(groups)) + b"".join(parts)


def _encode_group(group: Group, compact: bool) -> bytes:
    count, columns = len(group.times), len(group.ids)
    has_at = group.at_step is not None
    parts = [
        struct.pack(HEADER, group.unit, group.attempt, count, columns, has_at),
        group.ids.tobytes(),
        encode_ints(group.arrival),
        encode_times(group.times) if compact else raw_times(group.times),
    ]
    if group.steps is not None:
        parts.append(encode_ints(group.steps))
    if group.at_step is not None:
        parts.append(encode_ints(group.at_step))
    parts.append(encode_values(group.values.reshape(-1), compress=False))
    return b"".join(parts)


def decode_groups(data: bytes | memoryview) -> list[Group]:
    reader = Reader(data)
    (count,) = reader.unpack("<I")
    return [_decode_group(reader) for _ in range(count)]


def _decode_group(reader: Reader) -> Group:
    unit, attempt, count, columns, has_at = reader.unpack(HEADER)
    return Group(
        unit=unit,
        attempt=attempt,
        ids=reader.array(np.uint32, columns),
        arrival=decode_ints(reader, count),
        times=decode_times(reader, count),
        steps=None if unit == TIME else decode_ints(reader, count),
        at_step=decode_ints(reader, count) if has_at else None,
        values=decode_values(reader, count * columns).reshape(columns, count),
    )


def joined_groups(groups: Iterable[Group]) -> list[Group]:
    """Groups of the same metrics as one, points one after another."""
    alike: dict[tuple[object, ...], list[Group]] = defaultdict(list)
    for group in groups:
        key = (group.unit, group.attempt, group.ids.tobytes(), group.at_step is None)
        alike[key].append(group)
    return [_joined(members) for members in alike.values()]


def _joined(members: list[Group]) -> Group:
    if len(members) == 1:
        return members[0]
    return replace(
        members[0],
        arrival=np.concatenate([one.arrival for one in members]),
        steps=_chained([one.steps for one in members]),
        times=np.concatenate([one.times for one in members]),
        at_step=_chained([one.at_step for one in members]),
        values=np.concatenate([one.values for one in members], axis=1),
    )


def series_of(groups: Iterable[Group]) -> dict[SeriesId, Points]:
    """The points of each metric and attempt, in order of x and then arrival."""
    parts: dict[SeriesId, list[tuple[Ints, Points]]] = defaultdict(list)
    for group in groups:
        for row, metric in enumerate(group.ids.tolist()):
            parts[SeriesId(metric, group.attempt)].append((group.arrival, group.points(row)))
    return {series: _merged(found) for series, found in parts.items()}


def series_in(
    rows: Iterable[bytes | memoryview], metrics: Container[int]
) -> dict[SeriesId, Points]:
    """The points of some metrics in rows of the tail, by metric and attempt."""
    groups = (group.only(metrics) for data in rows for group in decode_groups(data))
    return series_of(group for group in groups if len(group.ids))


def _merged(parts: list[tuple[Ints, Points]]) -> Points:
    if len(parts) == 1:
        return in_order(parts[0][1])
    points = concatenated([points for _, points in parts])
    arrival = np.concatenate([arrival for arrival, _ in parts])
    return points[np.lexsort((arrival, points.x))]


def _chained(arrays: list[Ints | None]) -> Ints | None:
    known = [array for array in arrays if array is not None]
    return np.concatenate(known) if known else None
