"""Deleting whole projects for good that lie in the trash, unless a run is frozen or quoted.

It begins with a mark, after which nobody brings the project back, goes on run by run for as long
as there is time, now or in the schedule's next step, and ends with the project's own row. Of each
run that was deleted its `RunLocator` stays.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Conflict, Missing
from projects.models import Project
from projects.trash import goes_at, locked_project

from .. import metrics
from ..artifacts.cleaning import drop_unused
from ..models import ArtifactBlob, Quota, Quote, Run, RunLocator
from .purging import (
    REQUEST_SECONDS,
    STEP_SECONDS,
    delete_rows,
    keeping,
    kept_for,
    tables_with,
)

# Bytes go with their rows, and wait while a backup is made; ids of runs are not given out again.
KEPT: tuple[type[models.Model], ...] = (ArtifactBlob, RunLocator)
AT_ONCE = 500
MOST_TOLD = 10


@dataclass(frozen=True)
class Keepers:
    """The runs for which a project is never deleted: how many, and of some why."""

    count: int
    told: list[tuple[Run, str]]


def keepers_of(project: Project) -> Keepers:
    """The frozen and the quoted runs of a project."""
    rows = _keeping(project.pk).order_by("number")
    first = list(rows[:MOST_TOLD])
    of_runs = Quote.objects.filter(project_id=project.pk, run_id__in=[run.id for run in first])
    quotes = dict(of_runs.values_list("run_id").annotate(Count("run_id")))
    told = [(run, kept_for(run, quotes.get(run.id, 0))) for run in first]
    return Keepers(rows.count() if len(first) == MOST_TOLD else len(first), told)


def purge_project(*, project: Project, by: User | None, seconds: float = REQUEST_SECONDS) -> bool:
    """Delete a project in the trash for good; whether all of it is gone. Owners.

    Args:
        by: None for the schedule.
        seconds: to begin with further runs; the schedule goes on with what is left.

    Raises:
        Missing: it does not lie in the trash, or somebody was quicker.
        Conflict: a run is frozen or quoted (`project-kept`); nothing is deleted.
    """
    end = time.monotonic() + seconds
    _begin(project, by)
    while ids := _some_runs(project.pk):
        for run_id in ids:
            if time.monotonic() > end:
                return False
            _delete_run(project, run_id)
    return _finish(project)


def purge_projects_due(now: datetime, *, seconds: float = STEP_SECONDS) -> bool:
    """One step of the schedule: go on with what was begun, and begin what is due; if more waits."""
    end = time.monotonic() + seconds
    for project in due_projects(now):
        try:
            if not purge_project(project=project, by=None, seconds=end - time.monotonic()):
                return True
        except (Conflict, Missing):
            continue
    return False


def due_projects(now: datetime) -> Iterator[Project]:
    """Those in the trash whose days there are over, or that somebody began to delete."""
    rows = Project.objects.filter(trashed_at__isnull=False).select_related("team")
    for project in rows.order_by("trashed_at", "pk"):
        at = goes_at(project)
        if project.purging_since is not None or (at is not None and at < now):
            yield project


def tables_of_projects() -> list[type[models.Model]]:
    """Every table that keeps something of a project under its number alone."""
    return [model for model in tables_with("project_id") if model not in KEPT]


def _keeping(project_id: int) -> QuerySet[Run]:
    return Run.objects.filter(keeping(project_id), project_id=project_id)


def _begin(project: Project, by: User | None) -> None:
    """Mark it, unless it is, so that nobody brings back what is half deleted."""
    with transaction.atomic():
        locked = locked_project(project.pk, by)
        if locked.trashed_at is None:
            raise Missing
        if locked.purging_since is not None:
            return
        if count := _keeping(locked.pk).count():
            raise _kept(locked, count)
        locked.purging_since = timezone.now()
        locked.save(update_fields=["purging_since"])
        count = Run.objects.filter(project_id=locked.pk).count()
        told: dict[str, Any] = {"path": locked.path, "name": locked.name, "runs": count}
        audit.record("project.purged", by=by, target=locked, team=locked.team, **told)


def _some_runs(project_id: int) -> list[UUID]:
    rows = Run.objects.filter(project_id=project_id).order_by("id")
    return list(rows.values_list("id", flat=True)[:AT_ONCE])


def _delete_run(project: Project, run_id: UUID) -> None:
    """Delete one run. Raises Conflict where somebody froze or quoted it in the last moment."""
    hashes: set[str] = set()
    with transaction.atomic():
        metrics.hold(project_id=project.pk, run_id=run_id)
        locked = Run.objects.select_for_update().filter(project_id=project.pk, id=run_id)
        if not locked.exists():
            return
        is_kept = _keeping(project.pk).filter(id=run_id).exists()
        if not is_kept:
            hashes = delete_rows(project.pk, run_id)
    if is_kept:
        Project.objects.filter(pk=project.pk).update(purging_since=None)
        raise _kept(project, 1)
    drop_unused(project.pk, hashes)


def _finish(project: Project) -> bool:
    """Delete what is the project's own; False where a run came in the last moment."""
    project_id = project.pk
    with transaction.atomic():
        locked = locked_project(project_id, None)
        if _some_runs(project_id):
            return False
        for table in tables_of_projects():
            table._default_manager.filter(project_id=project_id).delete()
        Quota.objects.filter(kind=Quota.PROJECT, target_id=project_id).delete()
        locked.delete()
    left = ArtifactBlob.objects.filter(project_id=project_id)
    drop_unused(project_id, left.values_list("sha256", flat=True))
    return True


def _kept(project: Project, count: int) -> Conflict:
    runs = f"{count:,} run{'s are' if count > 1 else ' is'}"
    return Conflict(
        f"{runs} frozen or quoted in {project.name}: it cannot be deleted for good.",
        code="project-kept",
    )
