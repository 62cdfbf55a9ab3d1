"""The points of one metric in order of (x, arrival), and a leaf's bytes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .axes import Axes
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
)

HEADER = "<I??"


class SeriesId(NamedTuple):
    """One metric's points in one attempt: what has an order of its own."""

    metric: int
    attempt: int


@dataclass(frozen=True)
class Points:
    """Arrays of one length: x (step, or time where there are no steps), time, step of an epoch.

    `at_step` is -1 where unknown; `timed` says that x is the time.
    """

    x: Floats
    times: Floats
    at_step: Ints
    values: Floats
    timed: bool

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, chosen: slice | NDArray[np.integer] | NDArray[np.bool_]) -> Points:
        return Points(
            self.x[chosen],
            self.times[chosen],
            self.at_step[chosen],
            self.values[chosen],
            self.timed,
        )


def joined_points(parts: Sequence[Points]) -> Points:
    """Parts given from the oldest arrival to the newest, as one in order of x."""
    return in_order(concatenated(parts))


def concatenated(parts: Sequence[Points]) -> Points:
    if len(parts) == 1:
        return parts[0]
    return Points(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.at_step for part in parts]),
        np.concatenate([part.values for part in parts]),
        parts[0].timed,
    )


def in_order(points: Points) -> Points:
    if (points.x[1:] >= points.x[:-1]).all():
        return points
    return points[np.argsort(points.x, kind="stable")]


def encode_points(points: Points, axes: Axes | None = None) -> bytes:
    """A leaf's bytes; `axes` knows what metrics of the same steps and times have in common."""
    axes = axes or Axes()
    located = axes.of(_is_located, points.at_step)
    parts = [
        struct.pack(HEADER, len(points), points.timed, located),
        axes.of(encode_x, points.x, option=points.timed),
    ]
    if not points.timed:
        parts.append(axes.of(encode_times, points.times))
    if located:
        parts.append(axes.of(encode_ints, points.at_step))
    parts.append(encode_values(points.values))
    return b"".join(parts)


def _is_located(at_step: Ints) -> bool:
    return bool((at_step >= 0).any())


def decode_points(data: bytes | memoryview) -> Points:
    reader = Reader(data)
    count, timed, located = reader.unpack(HEADER)
    x = decode_x(reader, count, timed)
    times = x if timed else decode_times(reader, count)
    at_step = decode_ints(reader, count) if located else np.full(count, -1, np.int64)
    return Points(x, times, at_step, decode_values(reader, count), timed)


def encode_oddities(points: Points) -> bytes | None:
    """The non-finite points alone."""
    finite = np.isfinite(points.values)
    return None if finite.all() else encode_points(points[~finite])


def encode_x(x: Floats, timed: bool) -> bytes:
    return encode_times(x) if timed else encode_ints(x.astype(np.int64))


def decode_x(reader: Reader, count: int, timed: bool) -> Floats:
    if timed:
        return decode_times(reader, count)
    return decode_ints(reader, count).astype(np.float64)
