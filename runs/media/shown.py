"""Media as a page shows them: bars, cells and rows, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..models import RunMedia
from .checks import png_of, size_of

# Of a histogram's drawing, in its own units.
WIDTH, HEIGHT = 320.0, 120.0
# How dark a cell of a confusion matrix is, in steps of the style sheet.
SHADES = 9
# A share of the drawing; thinner bins would be infinitely high.
THINNEST = 1e-9
MOST_ROWS = 200


@dataclass(frozen=True)
class Bar:
    """One bin: where its bar stands, and what it says."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True)
class Shaded:
    """A cell of a confusion matrix: its count, and its shade, which is its share of the row."""

    count: int
    shade: int
    is_right: bool


@dataclass(frozen=True)
class TableCell:
    """A value of a table; what was measured is rounded, its digits stand in the title."""

    value: Any

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


def shown_of(media: RunMedia) -> dict[str, Any]:
    """What the template of its type needs."""
    data = media.data
    if media.type == "image":
        width, height = size_of(png_of(data))
        return {"width": width, "height": height}
    if media.type == "histogram":
        return histogram_of(data["edges"], data["counts"])
    if media.type == "confusion":
        return confusion_of(data["labels"], data["counts"])
    rows = data["rows"]
    return {
        "columns": data["columns"],
        "rows": [[TableCell(value) for value in row] for row in rows[:MOST_ROWS]],
        "more": max(0, len(rows) - MOST_ROWS),
    }


def histogram_of(edges: Sequence[float], counts: Sequence[float]) -> dict[str, Any]:
    """Bars whose areas are the counts: bins of unequal width stand as densities."""
    low, high = edges[0], edges[-1]
    # Halved first, the width of the largest floats is finite, too.
    span = high / 2 - low / 2
    # Between two neighbours among the smallest floats lies nothing that could be halved.
    shares = [
        (one / 2 - low / 2) / span if span else at / len(counts) for at, one in enumerate(edges)
    ]
    widths = [b - a for a, b in pairwise(shares)]
    total = sum(counts)
    dense = [
        count / total / max(width, THINNEST) if total else 0.0
        for count, width in zip(counts, widths, strict=True)
    ]
    most = max(dense) or 1.0
    bars = [
        Bar(
            x=round(shares[at] * WIDTH, 3),
            y=round(HEIGHT * (1 - dense[at] / most), 3),
            width=round(widths[at] * WIDTH, 3),
            height=round(HEIGHT * dense[at] / most, 3),
            words=f"{edges[at]:.6g} to {edges[at + 1]:.6g}: {counts[at]:,.6g}",
        )
        for at in range(len(counts))
    ]
    return {
        "bars": bars,
        "low": low,
        "high": high,
        "total": total,
        "bins": list(zip(edges, edges[1:], counts, strict=False)),
    }


def confusion_of(labels: Sequence[str], rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Rows are what is, columns what was predicted; shades are shares of a row."""
    shaded = []
    for place, row in enumerate(rows):
        total = sum(row)
        cells = [
            Shaded(count, round(count / total * SHADES) if total else 0, at == place)
            for at, count in enumerate(row)
        ]
        shaded.append((labels[place], total, cells))
    total = sum(map(sum, rows))
    right = sum(row[place] for place, row in enumerate(rows))
    return {
        "labels": labels,
        "rows": shaded,
        "total": total,
        "right": right,
        "share": right / total if total else None,
    }
