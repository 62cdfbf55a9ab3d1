"""The runs that a look at parameters rests on: the newest of a view, with result and parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

import numpy as np
import orjson

from projects.models import Project

from ..identity import is_seed
from ..models import Status
from ..params import flattened
from ..search.conditions import matching
from ..search.fields import PARTS, Field
from ..search.grammar import parse_query
from ..search.orders import phases_of
from ..search.pages import find
from .bins import Floats
from .overview import Objective, rows_of

MOST_RUNS = 2000
VERSION = "model version"
STILL = Status.RUNNING.value
FAILED = Status.FAILED.value


# Thousands of runs share a few names.
_names_seed = lru_cache(maxsize=4096)(is_seed)


@dataclass(frozen=True)
class Sampled:
    """One run.

    Attributes:
        value: its result; None where no finite one was logged.
        has_diverged: results were logged, but none of them is a number.
        leaves: parameters by their dotted paths.
    """

    id: UUID
    number: int
    name: str
    status: str
    configuration: str
    version: int | None
    leaves: dict[str, Any]
    value: float | None
    has_diverged: bool

    @cached_property
    def seeds(self) -> tuple[tuple[str, str], ...]:
        found = [(name, str(value)) for name, value in self.leaves.items() if _names_seed(name)]
        return tuple(sorted(found))

    @property
    def settings(self) -> dict[str, Any]:
        """What can be compared: the parameters, and the version of the model."""
        version = {} if self.version is None else {VERSION: f"v{self.version}"}
        return version | self.leaves

    @property
    def why_left_out(self) -> str:
        """Why its result says nothing of its parameters; "" where it does."""
        if self.has_diverged:
            return ""
        if self.status == STILL:
            return "not ended"
        if self.value is None:
            return "without a result"
        return "failed" if self.status == FAILED else ""


@dataclass(frozen=True)
class Unit:
    """The runs of one configuration, and where its result stands: larger is better."""

    runs: tuple[Sampled, ...]
    goodness: float

    @property
    def values(self) -> list[float]:
        return [run.value for run in self.runs if run.value is not None]

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))


@dataclass(frozen=True)
class Sample:
    """The runs that were read, the newest first, of `total` in the view."""

    runs: list[Sampled]
    total: int
    objective: Objective

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.runs)

    @property
    def diverged(self) -> int:
        return sum(run.has_diverged for run in self.runs)

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """How many runs were left out, by reason."""
        return Counter(run.why_left_out for run in self.runs if run.why_left_out).most_common()

    def units(self, *, with_diverged: bool = True) -> list[Unit]:
        """One unit a configuration, so that repeats do not pass for more evidence.

        Its result is the median of its runs; one that diverged is worse than all others.
        """
        groups: dict[str, list[Sampled]] = {}
        for run in self.runs:
            if not run.why_left_out and (with_diverged or not run.has_diverged):
                groups.setdefault(run.configuration or str(run.id), []).append(run)
        return [Unit(tuple(runs), self._goodness(runs)) for runs in groups.values()]

    def _goodness(self, runs: Sequence[Sampled]) -> float:
        sign = -1 if self.objective.mode == "min" else 1
        found = sorted(-np.inf if run.value is None else sign * run.value for run in runs)
        middle = len(found) // 2
        # Of an even number the mean of the middle two, unless one of them is infinitely bad.
        return float(found[middle] if len(found) % 2 else found[middle - 1] / 2 + found[middle] / 2)


def goodness_of(units: Iterable[Unit]) -> Floats:
    return np.array([unit.goodness for unit in units])


def sample_of(project: Project, q: str, objective: Objective, listed: int | None = None) -> Sample:
    """The newest runs that match `q`.

    The newest, not the best: a choice by result would hide what results depend on.

    Raises:
        runs.search.QueryError: `q` cannot be understood.
    """
    found = find(
        project_id=project.pk, q=q, order="-started", limit=MOST_RUNS, cursor=None, listed=listed
    )
    return Sample(list(_sampled(project, found.run_ids, objective)), found.total, objective)


def _sampled(project: Project, ids: Sequence[UUID], objective: Objective) -> Iterator[Sampled]:
    part = objective.part if objective.part in PARTS else "last"
    rows = rows_of(
        # The column is one of `PARTS`.
        f"""
        SELECT r.id, r.number, r.name, r.status, r.configuration, r.model_version, r.params,
               s.{part}, s.count > 0
        FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted(id, place)
        JOIN runs_run r ON r.project_id = %s AND r.id = wanted.id
        LEFT JOIN runs_metricsummary s
            ON s.project_id = r.project_id AND s.run_id = r.id AND s.name = %s
        ORDER BY wanted.place
        """,  # noqa: S608
        [list(ids), project.pk, objective.metric],
    )
    for run_id, number, name, status, configuration, version, params, value, was_logged in rows:
        yield Sampled(
            id=run_id,
            number=number,
            name=name,
            status=status,
            configuration=configuration,
            version=version,
            leaves=dict(flattened(orjson.loads(params))),
            value=value,
            has_diverged=bool(was_logged) and value is None,
        )


def best_run(project: Project, q: str, sample: Sample) -> Sampled | None:
    """The run with the best result of the view; of equal ones the first. None without a result."""
    runs = sample.runs
    if sample.is_cut:
        objective = sample.objective
        metric = Field("metric", objective.metric, 0, objective.part)
        first, *_ = phases_of(project.pk, metric, descending=objective.mode != "min")
        found = first.places(matching(project.pk, parse_query(q)), None, 1)
        runs = list(_sampled(project, [run_id for _, run_id in found], objective))
    sign = -1 if sample.objective.mode == "min" else 1
    held = [(sign * run.value, -run.number, run) for run in runs if run.value is not None]
    return max(held, key=lambda one: one[:2])[2] if held else None
