"""The one table: a figure a line, our value and the peers' beside it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.report import yes

COLUMNS = {
    "wandb": "W&B offline",
    "tensorboard": "TensorBoard",
    "csv": "CSVLogger",
    "mlflow": "MLflow",
    "aim": "Aim",
    "trackio": "trackio",
    "swanlab": "SwanLab",
}


@dataclass
class Figure:
    """One line of the table."""

    name: str
    goal: str
    ours: str
    reached: bool | None = None
    peers: dict[str, str] = field(default_factory=dict)

    def cells(self) -> list[str]:
        reached = "–" if self.reached is None else yes(self.reached)
        peers = [self.peers.get(peer, "–") for peer in COLUMNS]
        return [self.name, self.goal, self.ours, reached, *peers]


def table(figures: Sequence[Figure]) -> str:
    """In Markdown."""
    head = ["figure", "goal", "AHNB", "reached", *COLUMNS.values()]
    lines = [head, ["---"] * len(head), *(figure.cells() for figure in figures)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def median(rounds: Sequence[Mapping[str, Any]], part: str, name: str) -> float:
    """Of `round[part][name]`."""
    return statistics.median(found[part][name] for found in rounds)


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The median and the bounds that hold it in at least 95 of 100 cases.

    The order statistics by the binomial distribution with p = 1/2 (Conover, Practical
    Nonparametric Statistics, section 3.2); fewer than six values give their extremes.
    """
    ranked, count = sorted(values), len(values)
    below, tail = 0, 0.0
    while below < count // 2:
        tail += _binomial(count, below)
        if tail > 0.025:
            break
        below += 1
    outside = max(below - 1, 0)
    return statistics.median(ranked), ranked[outside], ranked[count - 1 - outside]


def _binomial(count: int, chosen: int) -> float:
    ways = 1
    for number in range(chosen):
        ways = ways * (count - number) // (number + 1)
    return float(ways / 2**count)


def microseconds(value: float) -> str:
    """12.34 as `12.3 us`, 1234 as `1.23 ms`."""
    return f"{value / 1e3:.3g} ms" if value >= 1000 else f"{value:.3g} us"
