"""What stands above the runs of a project: tiles that can be proved from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from projects.models import Project

from .. import metrics
from ..artifacts.services import used_bytes
from ..models import Run
from ..queries import completed, whole_runs
from .curves import sparks_of
from .overview import Glance, Objective
from .records import Record

MOST_PINNED = 6
STATUSES = ("running", "finished", "failed", "interrupted", "preempted", "lost")


@dataclass(frozen=True)
class Gain:
    """By how much the best run beats the one that was best before it."""

    amount: float
    previous: Record


@dataclass(frozen=True)
class Pinned:
    """A run that is kept in sight: its result (None without one) and its curve."""

    run: Run
    value: float | None
    curve: Sequence[float | None]


@dataclass(frozen=True)
class Room:
    """Bytes that points take; more than these where they are not all. And those of files."""

    bytes: int
    is_all: bool
    files: int


def front_of(records: Sequence[Record]) -> dict[str, Any]:
    """The context of the page's upper part."""
    return {
        "record_curve": [record.value for record in records],
        "gain": gain_of(records),
    }


def statuses_of(glance: Glance) -> list[tuple[str, int]]:
    """How many runs stand how, in a fixed order."""
    return [(name, glance.statuses[name]) for name in STATUSES if name in glance.statuses]


def gain_of(records: Sequence[Record]) -> Gain | None:
    """The last improvement; None before there was one."""
    if len(records) < 2:
        return None
    return Gain(records[-1].value - records[-2].value, records[-2])


def pinned_of(project: Project, objective: Objective | None) -> list[Pinned]:
    """The runs kept in sight, the last pinned first, each with its result and curve."""
    rows = whole_runs(project).filter(pinned_at__isnull=False, trashed_at=None)
    runs = completed(list(rows.order_by("-pinned_at")[:MOST_PINNED]), project)
    sparks = sparks_of(project, runs, objective.metric) if objective and runs else {}
    return [Pinned(run, _result(run, objective), sparks.get(run.id, ())) for run in runs]


def _result(run: Run, objective: Objective | None) -> float | None:
    summary = run.metrics.get(objective.metric) if objective else None
    return getattr(summary, objective.part) if summary and objective else None


def stored_of(project: Project) -> Room:
    """How much room a project takes: of a large one, a part of it that is at least taken."""
    size, is_all = metrics.stored_at_least(project_id=project.pk)
    return Room(size, is_all, used_bytes(project.pk))
