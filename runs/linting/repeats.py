"""Whether what a run is about to do was done before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..identity import is_seed
from ..models import Run
from ..pages.overview import Objective
from ..pages.report import objective_of
from ..params import flattened
from ..queries import completed, whole_runs

MOST_TOLD = 5


@dataclass(frozen=True)
class Earlier:
    """A run of the same configuration.

    Attributes:
        objective, value: what it reached, and in which metric; None without a result.
        has_same_seeds: it is the very same experiment.
    """

    run: Run
    objective: Objective | None
    value: float | None
    has_same_seeds: bool

    @property
    def at(self) -> datetime:
        return self.run.finished_at or self.run.started_at

    @property
    def words(self) -> str:
        """In one sentence: what was run, when, with which result."""
        result = "no result is recorded"
        if self.objective and self.value is not None:
            result = f"{self.objective.metric} {self.value:.4g}"
        same = ", with the same seeds" if self.has_same_seeds else ""
        return (
            f"This configuration was run on {self.at:%Y-%m-%d}: {result} "
            f"(run #{self.run.number}{same})."
        )


@dataclass(frozen=True)
class Repeats:
    """The newest earlier runs of a configuration, and how many there are; "" is not known yet."""

    configuration: str
    runs: list[Earlier]
    total: int


def repeats_of(run: Run) -> Repeats:
    """The runs of the same configuration that were made before this one, the newest first.

    The configuration is known once the parameters and the model have come.
    """
    if not run.configuration:
        return Repeats("", [], 0)
    earlier = whole_runs(run.project).filter(
        configuration=run.configuration, number__lt=run.number, trashed_at=None, archived_at=None
    )
    runs = completed(list(earlier.order_by("-number")[:MOST_TOLD]), run.project)
    total = len(runs) if len(runs) < MOST_TOLD else earlier.count()
    return Repeats(run.configuration, [_earlier(one, run) for one in runs], total)


def _earlier(one: Run, run: Run) -> Earlier:
    objective = objective_of(one)
    summary = one.metrics.get(objective.metric) if objective else None
    value = getattr(summary, objective.part) if summary and objective else None
    seeds = _seeds(one)
    return Earlier(one, objective, value, bool(seeds) and seeds == _seeds(run))


def _seeds(run: Run) -> dict[str, str]:
    return {path: str(value) for path, value in flattened(run.params) if is_seed(path)}
