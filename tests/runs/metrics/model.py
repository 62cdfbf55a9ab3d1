"""The store as it would be without any cleverness: a list of points, and what follows from it."""

from __future__ import annotations

import math
import struct
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from runs.metrics import Series


@dataclass(frozen=True)
class Point:
    name: str
    attempt: int
    x: float
    time: float
    at_step: int | None
    value: float


@dataclass
class Model:
    """Points in the order of their arrival."""

    units: dict[str, str] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=lambda: {0: 0})
    points: list[Point] = field(default_factory=list)

    def window(self, name, start=None, stop=None, attempt=None) -> list[Point]:
        """What a reader should see, in order of step and then arrival."""
        chosen = max(self.attempts) if attempt is None else attempt
        seen = [
            point
            for point in self.points
            if point.name == name
            and point.attempt <= chosen
            and self._belongs(point, chosen)
            and (start is None or point.x >= start)
            and (stop is None or point.x <= stop)
        ]
        return sorted(seen, key=lambda point: (point.x, point.attempt))

    def _belongs(self, point: Point, chosen: int) -> bool:
        later = [step for n, step in self.attempts.items() if point.attempt < n <= chosen]
        place = point.x if point.at_step is None else point.at_step
        return self.units[point.name] == "time" or all(place < step for step in later)


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def word(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def shown(value: float) -> float | str:
    return value if math.isfinite(value) else word(value)


def check(found: Series, expected: list[Point], wanted: int) -> None:
    """The answer is true of these points, and as fine as it must be."""
    odd = [(point.x, word(point.value)) for point in expected if not math.isfinite(point.value)]
    assert found.total == len(expected)
    assert found.nonfinite == odd[:1000]
    assert found.nonfinite_total == len(odd)
    if expected:
        assert found.first == (expected[0].x, shown(expected[0].value))
        assert found.last == (expected[-1].x, shown(expected[-1].value))
    assert found.exact == (len(expected) <= wanted)
    if found.exact:
        check_points(found, expected)
    else:
        check_buckets(found, expected, wanted)


def check_points(found: Series, expected: list[Point]) -> None:
    assert found.x == [point.x for point in expected]
    for low, high, point in zip(found.low, found.high, expected, strict=True):
        if math.isfinite(point.value):
            assert bits(low) == bits(high) == bits(point.value)
        else:
            assert low is high is None
    assert list(map(bits, found.times)) == [bits(point.time) for point in expected]


def check_buckets(found: Series, expected: list[Point], wanted: int) -> None:
    assert len(found.x) <= wanted
    assert found.x[0] == expected[0].x
    cuts = [bisect_left(expected, x, key=lambda point: point.x) for x in found.x]
    for number, (start, stop) in enumerate(pairwise([*cuts, len(expected)])):
        inside = expected[start:stop]
        finite = [point.value for point in inside if math.isfinite(point.value)]
        assert inside[0].x == found.x[number]
        assert bits(found.times[number]) == bits(inside[0].time)
        assert found.low[number] == (min(finite) if finite else None)
        assert found.high[number] == (max(finite) if finite else None)
