"""Buckets: stretches of a series with their true extremes, and coarser ones made of finer ones.

A bucket never shares an x with the next one where that can be helped: the cut moves to the
nearest change of x. Where equal steps fill more than a leaf it cannot, and readers look at
`first` and `last` to find the clean cuts.
"""

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
from .points import Points

HEADER = "<I?dd"
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Buckets:
    """Arrays of one length; `low` and `high` are NaN where a bucket has no finite value.

    `opening` and `closing` are the values of the very first and last point.
    """

    first: Floats
    last: Floats
    times: Floats
    count: Ints
    nonfinite: Ints
    low: Floats
    high: Floats
    opening: float
    closing: float
    timed: bool

    def __len__(self) -> int:
        return len(self.first)


class Cut(NamedTuple):
    """Where buckets begin, and what of them does not depend on values."""

    starts: Places
    first: Floats
    last: Floats
    times: Floats
    counts: Ints


def buckets_of(points: Points, size: int, axes: Axes | None = None) -> Buckets:
    """Buckets of about `size` points. `points` is not empty."""
    cut = (axes or Axes()).of(_cut, points.x, points.times, option=size)
    values = points.values
    finite = np.isfinite(values)
    whole = bool(finite.all())
    return Buckets(
        first=cut.first,
        last=cut.last,
        times=cut.times,
        count=cut.counts,
        nonfinite=np.zeros(len(cut.starts), np.int64)
        if whole
        else np.add.reduceat((~finite).astype(np.int64), cut.starts),
        low=_lowest(values, None if whole else finite, cut.starts),
        high=-_lowest(-values, None if whole else finite, cut.starts),
        opening=float(values[0]),
        closing=float(values[-1]),
        timed=points.timed,
    )


def _cut(x: Floats, times: Floats, size: int) -> Cut:
    starts = distinct(np.searchsorted(x, x[::size], "left"))
    ends = np.append(starts[1:], len(x))
    return Cut(starts, x[starts], x[ends - 1], times[starts], ends - starts)


def distinct(ordered: Places) -> Places:
    """Rising numbers, each once."""
    return ordered[np.append(True, ordered[1:] != ordered[:-1])]


def singletons(points: Points) -> Buckets:
    """Each point as a bucket of its own."""
    finite = np.isfinite(points.values)
    extreme = np.where(finite, points.values, np.nan)
    empty = not len(points)
    return Buckets(
        first=points.x,
        last=points.x,
        times=points.times,
        count=np.ones(len(points), np.int64),
        nonfinite=(~finite).astype(np.int64),
        low=extreme,
        high=extreme,
        opening=np.nan if empty else float(points.values[0]),
        closing=np.nan if empty else float(points.values[-1]),
        timed=points.timed,
    )


def condensed(buckets: Buckets, size: int) -> Buckets:
    """About one bucket for `size` of them, cut only where x changes."""
    starts = clean_starts(buckets)
    wanted = np.arange(0, len(buckets), size)
    return merged(buckets, distinct(starts[np.searchsorted(starts, wanted, "right") - 1]))


def clean_starts(buckets: Buckets) -> Places:
    """Where a bucket begins after the end of all before it."""
    reach = np.maximum.accumulate(buckets.last)
    clean = np.append(True, buckets.first[1:] > reach[:-1])
    return np.flatnonzero(clean)


def merged(buckets: Buckets, starts: Places) -> Buckets:
    """The buckets from each start to before the next as one."""
    return Buckets(
        first=buckets.first[starts],
        last=np.maximum.reduceat(buckets.last, starts),
        times=buckets.times[starts],
        count=np.add.reduceat(buckets.count, starts),
        nonfinite=np.add.reduceat(buckets.nonfinite, starts),
        low=np.fmin.reduceat(buckets.low, starts),
        high=np.fmax.reduceat(buckets.high, starts),
        opening=buckets.opening,
        closing=buckets.closing,
        timed=buckets.timed,
    )


def chained(parts: Sequence[Buckets]) -> Buckets:
    """Parts one after another."""
    if len(parts) == 1:
        return parts[0]
    return Buckets(
        first=np.concatenate([part.first for part in parts]),
        last=np.concatenate([part.last for part in parts]),
        times=np.concatenate([part.times for part in parts]),
        count=np.concatenate([part.count for part in parts]),
        nonfinite=np.concatenate([part.nonfinite for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        opening=parts[0].opening,
        closing=parts[-1].closing,
        timed=parts[0].timed,
    )


def chosen(
    buckets: Buckets,
    where: Places | NDArray[np.bool_] | slice,
    *,
    opening: float = np.nan,
    closing: float = np.nan,
) -> Buckets:
    """Some of the buckets, with the values of their outermost points."""
    return Buckets(
        first=buckets.first[where],
        last=buckets.last[where],
        times=buckets.times[where],
        count=buckets.count[where],
        nonfinite=buckets.nonfinite[where],
        low=buckets.low[where],
        high=buckets.high[where],
        opening=opening,
        closing=closing,
        timed=buckets.timed,
    )


def encode_buckets(buckets: Buckets, axes: Axes | None = None) -> bytes:
    """The bytes of buckets; `axes` knows what those of other metrics have in common with them."""
    axes = axes or Axes()
    parts = [
        struct.pack(HEADER, len(buckets), buckets.timed, buckets.opening, buckets.closing),
        axes.of(encode_ints, buckets.count),
        encode_ints(buckets.nonfinite),
        encode_values(buckets.low, compress=False),
        encode_values(buckets.high, compress=False),
    ]
    if buckets.timed:
        parts += [axes.of(encode_times, buckets.first), axes.of(encode_times, buckets.last)]
    else:
        parts.append(axes.of(_encode_steps, buckets.first, buckets.last))
        parts.append(axes.of(encode_times, buckets.times))
    return b"".join(parts)


def _encode_steps(first: Floats, last: Floats) -> bytes:
    steps = first.astype(np.int64)
    return encode_ints(steps) + encode_ints(last.astype(np.int64) - steps)


def decode_buckets(data: bytes | memoryview) -> Buckets:
    reader = Reader(data)
    size, timed, opening, closing = reader.unpack(HEADER)
    count, nonfinite = decode_ints(reader, size), decode_ints(reader, size)
    low, high = decode_values(reader, size), decode_values(reader, size)
    if timed:
        first, last = decode_times(reader, size), decode_times(reader, size)
        times = first
    else:
        steps = decode_ints(reader, size)
        first = steps.astype(np.float64)
        last = (steps + decode_ints(reader, size)).astype(np.float64)
        times = decode_times(reader, size)
    return Buckets(first, last, times, count, nonfinite, low, high, opening, closing, timed)


def _lowest(values: Floats, finite: NDArray[np.bool_] | None, starts: Places) -> Floats:
    """The least finite value from each start on; `finite` is None where all are."""
    if finite is None:
        return np.minimum.reduceat(values, starts)
    lows = np.minimum.reduceat(np.where(finite, values, np.inf), starts)
    return np.where(np.isinf(lows), np.nan, lows)
