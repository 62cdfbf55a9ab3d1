"""What the runs of a view say together: what mattered, what next, what was repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from projects.models import Project

from ..queries import direction_of
from .columns import parse
from .importance import importance_of
from .nexts import nexts_of
from .overview import Objective
from .repeats import repeats_in
from .rivals import rivals_of
from .samples import best_run, goodness_of, sample_of


def target_of(key: str, project: Project, objective: Objective | None) -> Objective | None:
    """The metric that a key such as `metrics.val_loss.min` names; the objective for others."""
    column = parse(key)
    if column is None or column.kind != "metrics" or column.part == "count":
        return objective
    mode = direction_of(column.name, project)
    if objective and objective.metric == column.name:
        mode = objective.mode
    return Target(column.name, mode, column.part or "last")


@dataclass(frozen=True)
class Target(Objective):
    """A metric of which another number than the best may decide."""

    number: str = "last"

    @property
    def part(self) -> str:
        return self.number


def insights_of(
    project: Project, q: str, objective: Objective, *, with_diverged: bool, listed: int
) -> dict[str, Any]:
    """The context of the part of the page that tells them.

    Args:
        q: filter, brushes and picked runs in the query language.
        listed: how many runs the project shows without any.

    Raises:
        runs.search.QueryError: `q` cannot be understood.
    """
    sample = sample_of(project, q, objective, listed)
    units = sample.units(with_diverged=with_diverged)
    importance = importance_of([unit.runs[0].settings for unit in units], goodness_of(units))
    best = best_run(project, q, sample)
    repeats = repeats_in(sample, best)
    return {
        "sample": sample,
        "importance": importance,
        "compared_runs": sum(len(unit.runs) for unit in units),
        "nexts": nexts_of(project, sample, units, importance, best),
        "rivals": rivals_of(units),
        "repeats": repeats,
        "best_repeat": repeats.of(best) if best else None,
        "with_diverged": with_diverged,
    }
