"""From buckets of trees and tail to the answer's arrays."""

from __future__ import annotations

import numpy as np

from .codec import Floats
from .points import Points, joined_points
from .pyramid import Buckets, chained, chosen, clean_starts, merged
from .records import Series, coded

NONFINITE_SHOWN = 1000


def answer(
    unit: str, parts: list[Buckets], odd: list[Points], wanted: int, with_times: bool
) -> Series:
    """Parts of any order and overlap (older arrivals first) as at most `wanted` entries."""
    if not parts:
        return Series(unit=unit, times=[] if with_times else None)
    buckets = _in_order(parts)
    total = int(buckets.count.sum())
    exact = total <= wanted
    shown = buckets if exact else merged(buckets, _cuts(buckets, total, wanted))
    return Series(
        unit=unit,
        total=total,
        exact=exact,
        x=_x(shown.first, shown.timed),
        low=_values(shown.low),
        high=_values(shown.high),
        first=_first(parts),
        last=_last(parts),
        nonfinite=_nonfinite(odd),
        nonfinite_total=int(buckets.nonfinite.sum()),
        times=shown.times.tolist() if with_times else None,
    )


def clean_groups(parts: list[Buckets]) -> int:
    """Into how many entries the parts can be divided without cutting through one x."""
    return len(clean_starts(_in_order(parts)))


def _in_order(parts: list[Buckets]) -> Buckets:
    buckets = chained(parts)
    if (buckets.first[1:] >= buckets.first[:-1]).all():
        return buckets
    return chosen(buckets, np.argsort(buckets.first, kind="stable"))


def _cuts(buckets: Buckets, total: int, wanted: int) -> np.ndarray:
    """Clean starts, so chosen that entries hold about equally many points."""
    starts = clean_starts(buckets)
    before = (np.cumsum(buckets.count) - buckets.count)[starts]
    entry = before * wanted // total
    return starts[np.append(True, entry[1:] > entry[:-1])]


def _first(parts: list[Buckets]) -> tuple[float, float | str]:
    part = min(parts, key=lambda part: part.first[0])
    return _x(part.first[:1], part.timed)[0], coded(part.opening)


def _last(parts: list[Buckets]) -> tuple[float, float | str]:
    part = max(reversed(parts), key=lambda part: part.last[-1])
    return _x(part.last[-1:], part.timed)[0], coded(part.closing)


def _nonfinite(odd: list[Points]) -> list[tuple[float, float | str]]:
    if not odd:
        return []
    points = joined_points(odd)[:NONFINITE_SHOWN]
    return list(zip(_x(points.x, points.timed), map(coded, points.values.tolist()), strict=True))


def _x(x: Floats, timed: bool) -> list[float]:
    return x.tolist() if timed else x.astype(np.int64).tolist()


def _values(values: Floats) -> list[float | None]:
    if not np.isnan(values).any():
        return values.tolist()
    return [None if value != value else value for value in values.tolist()]
