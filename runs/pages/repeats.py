"""Configurations that were run more than once: with other seeds, or as the very same experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .samples import Sample, Sampled

MOST_SHOWN = 3
MOST_NAMED = 4


@dataclass(frozen=True)
class Repeat:
    """Runs of one configuration, the oldest first.

    Attributes:
        are_same: the seeds are equal, too.
        mean: of their results; None where fewer than two have one.
        spread: the sample standard deviation of these.
    """

    configuration: str
    runs: tuple[Sampled, ...]
    are_same: bool
    mean: float | None = None
    spread: float | None = None

    @property
    def first(self) -> Sampled:
        return self.runs[0]

    @property
    def have_seeds(self) -> bool:
        """Whether the record knows their seeds."""
        return bool(self.first.seeds)

    @property
    def others(self) -> tuple[Sampled, ...]:
        return self.runs[1:]

    @property
    def named(self) -> tuple[Sampled, ...]:
        """Those of the others that a sentence names."""
        return self.others[:MOST_NAMED]

    @property
    def more(self) -> int:
        """How many of the others a list of `MOST_NAMED` leaves out."""
        return max(0, len(self.others) - MOST_NAMED)

    @property
    def address(self) -> str:
        """The query string of these runs in the project's summary."""
        return f"?q=configuration+%3D+%22{self.configuration}%22"

    @property
    def results(self) -> int:
        """How many runs the mean rests on."""
        return sum(run.value is not None for run in self.runs)


@dataclass(frozen=True)
class Repeats:
    """What was repeated: the few that are shown, and how many configurations there are in all."""

    same: tuple[Repeat, ...]
    same_total: int
    seeds: tuple[Repeat, ...]
    seeds_total: int

    def of(self, run: Sampled) -> Repeat | None:
        """The shown repeat that this run belongs to."""
        return next((one for one in self.seeds if run in one.runs), None)

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.same_total + self.seeds_total - len(self.same) - len(self.seeds)

    @property
    def is_empty(self) -> bool:
        return not self.same and not self.seeds


def repeats_in(sample: Sample, best: Sampled | None) -> Repeats:
    """The repeated configurations of these runs, that of the best run first, then the newest."""
    groups: dict[str, list[Sampled]] = {}
    for run in sample.runs:
        if run.configuration:
            groups.setdefault(run.configuration, []).append(run)
    repeated = [runs for runs in groups.values() if len(runs) > 1]
    repeated.sort(key=lambda runs: best is None or runs[0].configuration != best.configuration)
    same = [repeat for runs in repeated for repeat in _same(runs)]
    seeds = [_repeat(runs, are_same=False) for runs in repeated if _differ_by_chance(runs)]
    return Repeats(tuple(same[:MOST_SHOWN]), len(same), tuple(seeds[:MOST_SHOWN]), len(seeds))


def _differ_by_chance(runs: Sequence[Sampled]) -> bool:
    """Whether their seeds differ, or are unknown."""
    return len({run.seeds for run in runs}) > 1 or not runs[0].seeds


def _same(runs: Sequence[Sampled]) -> list[Repeat]:
    """Those of a configuration that share their seeds; without any seed chance differs anyway."""
    by_seeds: dict[object, list[Sampled]] = {}
    for run in runs:
        if run.seeds:
            by_seeds.setdefault(run.seeds, []).append(run)
    return [_repeat(alike, are_same=True) for alike in by_seeds.values() if len(alike) > 1]


def _repeat(runs: Sequence[Sampled], *, are_same: bool) -> Repeat:
    ordered = tuple(sorted(runs, key=lambda run: run.number))
    values = [run.value for run in ordered if run.value is not None]
    if len(values) < 2:
        return Repeat(ordered[0].configuration, ordered, are_same)
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    return Repeat(ordered[0].configuration, ordered, are_same, mean, spread)
