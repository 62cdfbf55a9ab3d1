"""What stands above the runs of a project: tiles that can be proved from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from projects.models import Project

from .. import metrics
from ..artifacts.services import count_files, limits_of, used_bytes
from ..models import Run
from ..queries import completed, whole_runs
from .curves import sparks_of
from .overview import Glance, Objective
from .records import Record

MOST_PINNED = 6
MOST_LARGE = 50
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
class Stored:
    """A run and the room its points take."""

    run: Run
    bytes: int


@dataclass(frozen=True)
class Room:
    """Bytes that points take; more than these where they are not all. And those of files."""

    bytes: int
    is_all: bool
    files: int


@dataclass(frozen=True)
class Storage:
    """The room that a project's points take: in all, over how many runs, and the largest ones.

    Attributes:
        files: how many files its runs have, every version counted.
        files_bytes: what they take, each content once; `files_most` they may, None without a limit.
    """

    bytes: int
    runs: int
    largest: list[Stored]
    files: int
    files_bytes: int
    files_most: int | None


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


def stored_bytes_of(project: Project) -> int:
    """How much room the points of all its runs take, without indexes."""
    return sum(metrics.stored_bytes(project_id=project.pk).values())


def stored_of(project: Project) -> Room:
    """The same at a glance: of a large project, a part of it that is at least taken."""
    size, is_all = metrics.stored_at_least(project_id=project.pk)
    return Room(size, is_all, used_bytes(project.pk))


def storage_of(project: Project) -> Storage:
    """How much room the points of the project's runs take, without indexes, and their files."""
    sizes, total, count = metrics.largest(project_id=project.pk, most=MOST_LARGE)
    ids = [run_id for run_id, _ in sizes]
    runs = {run.id: run for run in Run.objects.filter(project_id=project.pk, id__in=ids)}
    rows = [Stored(runs[run_id], size) for run_id, size in sizes if run_id in runs]
    files, limits = count_files(project.pk), limits_of(project.pk)
    return Storage(total, count, rows, files, limits["used_bytes"] or 0, limits["project_bytes"])
