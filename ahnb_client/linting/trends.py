"""How curves run: the statistics that rules of trainings share. Lists of plain numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

MOST_POINTS = 60  # pairs of points grow with their square


def slope(steps: Sequence[int], values: Sequence[float]) -> float:
    """The median slope of all pairs of points, of the last 60 (Theil 1950, Sen 1968)."""
    steps, values = steps[-MOST_POINTS:], values[-MOST_POINTS:]
    slopes = [
        (values[j] - values[i]) / (steps[j] - steps[i])
        for i in range(len(steps))
        for j in range(i + 1, len(steps))
        if steps[j] != steps[i]
    ]
    return median(slopes) if slopes else 0.0


def spread(steps: Sequence[int], values: Sequence[float]) -> float:
    """How far values typically lie from the line of their `slope`: median absolute deviation."""
    rise = slope(steps, values)
    rests = [value - rise * step for step, value in zip(steps, values, strict=True)]
    middle = median(rests)
    return median(abs(rest - middle) for rest in rests)


def relative_range(values: Sequence[float]) -> float:
    """The range of the values by their median; 0 of what never changes."""
    width = max(values) - min(values)
    level = abs(median(values))
    return width / level if level else (math.inf if width else 0.0)


def turns(values: Sequence[float]) -> float:
    """Which part of the changes goes the other way than the one before: 2/3 for pure noise."""
    changes = [after - before for before, after in pairwise(values)]
    pairs = list(pairwise(changes))
    return sum(a * b < 0 for a, b in pairs) / len(pairs) if pairs else 0.0


def entropy(counts: Sequence[float]) -> float:
    """Of classes by their frequency, in nats: the loss of knowing nothing but these."""
    total = sum(counts)
    return -sum(count / total * math.log(count / total) for count in counts if count)
