"""Runs put together by what they share: their mean at each step, and the range around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..params import text_of
from .columns import parse

# Entries of a band; beyond them neighbouring steps are put together.
BAND_POINTS = 500
MISSING = "missing"
Floats = NDArray[np.float64]


def labels_of(run: Any, key: str) -> list[str]:
    """The groups that a run belongs to by a column: one, but for tags as many as it has."""
    if key == "tag":
        return list(run.tags) or [MISSING]
    if key == "status":
        return [run.shown_status]
    if key == "user":
        return [str(run.user) if run.user else MISSING]
    column = parse(key)
    value = column.value(run) if column else None
    return [MISSING if value is None else text_of(value)]


def bands_of(
    runs: Sequence[Any], drawn: Sequence[dict[str, Any]], key: str
) -> list[dict[str, Any]]:
    """A band for each group: `x`, `mean`, `low`, `high` and how many `runs` there are at each x.

    `exact` says that every point counted; else means are those of the middles of buckets, while
    `low` and `high` are true extremes all the same.
    """
    members = defaultdict(list)
    by_number = {curve["number"]: curve for curve in drawn}
    for run in runs:
        if curve := by_number.get(run.number):
            for label in labels_of(run, key):
                members[label].append(curve)
    return [
        {"label": label, "numbers": [curve["number"] for curve in curves]} | _band(curves)
        for label, curves in members.items()
    ]


def _band(curves: Sequence[dict[str, Any]]) -> dict[str, Any]:
    parts = [part for curve in curves if len((part := _points(curve))[0])]
    is_exact = all(curve["exact"] for curve in curves)
    if not parts:
        return {"exact": is_exact, "x": [], "mean": [], "low": [], "high": [], "runs": []}
    x, low, high = (np.concatenate(list(one)) for one in zip(*parts, strict=True))
    places, at = np.unique(x, return_inverse=True)
    entries = at * BAND_POINTS // len(places) if len(places) > BAND_POINTS else at
    starts = np.full(int(entries.max()) + 1, np.inf)
    np.minimum.at(starts, entries, x)
    summed = _summed(entries, low, high, _owners(parts))
    return {"exact": is_exact, "x": starts.tolist()} | summed


def _points(curve: dict[str, Any]) -> tuple[Floats, Floats, Floats]:
    """The finite entries of a curve: x, lowest and highest value."""
    low = np.array(curve["min"], dtype=float)
    high = low if curve["max"] is None else np.array(curve["max"], dtype=float)
    known = np.isfinite(low)
    return np.array(curve["x"], dtype=float)[known], low[known], high[known]


def _owners(parts: Iterable[tuple[Floats, Floats, Floats]]) -> NDArray[np.int64]:
    """Of each entry the place of its curve."""
    return np.concatenate([np.full(len(x), place) for place, (x, _, _) in enumerate(parts)])


def _summed(
    entries: NDArray[np.int64], low: Floats, high: Floats, owners: NDArray[np.int64]
) -> dict[str, Any]:
    size = int(entries.max()) + 1
    count = np.bincount(entries, minlength=size)
    lowest, highest = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(lowest, entries, low)
    np.maximum.at(highest, entries, high)
    # Halved before they are added: the sum of two huge values may not be finite.
    mean = np.bincount(entries, low / 2 + high / 2, size) / count
    seen = np.unique(np.stack([entries, owners]), axis=1)
    return {
        "mean": mean.tolist(),
        "low": lowest.tolist(),
        "high": highest.tolist(),
        "runs": np.bincount(seen[0], minlength=size).tolist(),
    }
