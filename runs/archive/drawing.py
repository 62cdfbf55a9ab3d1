"""A curve as an area between the true lowest and highest value of each stretch of steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web import formats

WIDTH, HEIGHT = 800.0, 180.0
MARGIN = 22.0


@dataclass(frozen=True)
class Drawing:
    """Outlines in a box of `WIDTH` by `HEIGHT`, broken where no value is finite; what its ends say.

    `odd` has the places of values that are NaN or infinite.
    """

    outlines: list[str]
    odd: list[str]
    low: str
    high: str
    first: str
    last: str
    shown: int
    total: int


def drawing_of(series: dict[str, Any]) -> Drawing | None:
    """The drawing of a series as the contract gives it; None where nothing is finite."""
    xs, lows, highs = series["x"], series["min"], series["max"]
    known = [at for at, low in enumerate(lows) if low is not None]
    if not known:
        return None
    low, high = min(lows[at] for at in known), max(highs[at] for at in known)
    left, right = xs[0], xs[-1]

    def across(x: float) -> float:
        return WIDTH / 2 if right == left else (x - left) / (right - left) * WIDTH

    def up(value: float) -> float:
        # Halves, so that the span of the largest floats is finite.
        span = high / 2 - low / 2
        share = (value / 2 - low / 2) / span if span else 0.5
        return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)

    outlines = [
        _outline([(across(xs[at]), up(highs[at]), up(lows[at])) for at in stretch])
        for stretch in _stretches(lows)
    ]
    is_time = series["unit"] == "time"

    def told(x: float) -> str:
        return formats.utc_seconds(x) if is_time else f"{series['unit']} {x}"

    odd = [f"{across(x):.1f}" for x, _ in series["nonfinite"]]
    return Drawing(
        outlines=outlines,
        odd=odd,
        low=formats.number(low),
        high=formats.number(high),
        first=told(left),
        last=told(right),
        shown=len(xs),
        total=series["total"],
    )


def _stretches(values: list[float | None]) -> list[list[int]]:
    """The places of neighbours that have a value."""
    found: list[list[int]] = [[]]
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            found.append([])
        else:
            found[-1].append(at)
    return [stretch for stretch in found if stretch]


def _outline(points: list[tuple[float, float, float]]) -> str:
    """Along the highest values and back along the lowest; a single place is a short dash."""
    if len(points) == 1:
        x, top, bottom = points[0]
        points = [(x - 1, top, bottom), (x + 1, top, bottom)]
    there = [f"{x:.1f},{top:.1f}" for x, top, _ in points]
    back = [f"{x:.1f},{bottom:.1f}" for x, _, bottom in reversed(points)]
    return " ".join(there + back)
