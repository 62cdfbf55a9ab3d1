"""Tables in Markdown, and what a reader must know of the machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Row:
    """One figure: what was measured, in words ready to print."""

    work: str
    ours: str
    peer: str = "–"
    ratio: str = "–"
    limit: str = "–"
    goal: str = "–"
    reached: str = "–"


HEAD = Row("work", "AHNB", "MLflow", "ratio", "limit", "goal", "reached")


def table(rows: list[Row]) -> str:
    """A Markdown table."""
    lines = [HEAD, Row(*["---"] * 7), *rows]
    return "\n".join("| " + " | ".join(vars(row).values()) + " |" for row in lines)


def median_ratio(mine: Sequence[float], its: Sequence[float]) -> float:
    """The median of the ratios of turns that followed each other, whatever else went on."""
    return statistics.median(one / other for one, other in zip(mine, its, strict=True))


def yes(reached: bool) -> str:
    return "yes" if reached else "**no**"


def timed(work: str, milliseconds: float, goal: int) -> Row:
    """How long something took, beside how long it may."""
    reached = yes(milliseconds <= goal)
    return Row(work, f"{milliseconds:.0f} ms", goal=f"{goal} ms", reached=reached)


def machine() -> str:
    """Processor, memory and versions, in one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    names = ("django", "djangorestframework", "granian", "psycopg2-binary", "numpy", "orjson")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} cores ({model}), {gigabytes:.0f} GiB; Python {python}, {versions}"


def big(number: float) -> str:
    """1234567 as `1,230,000`: three significant digits."""
    if number == 0:
        return "0"
    digits = max(0, len(str(int(abs(number)))) - 3)
    return f"{round(number, -digits):,.0f}" if abs(number) >= 100 else f"{number:.3g}"
