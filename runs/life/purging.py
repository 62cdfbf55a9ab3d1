"""Deleting runs for good that lie in the trash, but for what is frozen or quoted.

Of a run that is purged one row stays, `RunLocator`: it lets a client that still sends be told so.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import User
from projects.models import Project

from .. import metrics
from ..artifacts.cleaning import drop_unused
from ..models import Artifact, ModelVersion, Quote, Run, RunLocator

# A version keeps its number when the run that brought it is gone.
KEPT: tuple[type[models.Model], ...] = (ModelVersion, RunLocator)
# What one step of the schedule, or one request, deletes at most.
STEP_RUNS = 1000
STEP_SECONDS = 20.0
REQUEST_SECONDS = 5.0


@dataclass(frozen=True)
class Verdict:
    """What becomes of a run in the trash; `kept_for` says why it stays, "" if it goes."""

    run: Run
    kept_for: str


@dataclass(frozen=True)
class Purged:
    """How many runs were deleted, how many must stay, and whether more wait for the next step."""

    count: int
    kept: int = 0
    has_more: bool = False


def purge_trash(*, project: Project, before: datetime, is_trial: bool = False) -> Iterator[Verdict]:
    """Delete the runs of a project that were put into the trash before a moment, one by one.

    Args:
        is_trial: only tell what would be done.
    """
    rows = Run.objects.filter(project_id=project.pk, trashed_at__lt=before)
    for run_id in list(rows.order_by("number").values_list("id", flat=True)):
        verdict = _purged(project, run_id, before, None, is_trial=is_trial)
        if verdict is not None:
            yield verdict


def purge_runs(*, project: Project, ids: Iterable[UUID], by: User) -> Purged:
    """Delete for good those of the runs that lie in the trash, as far as a request has time.

    Args:
        by: an owner, as the look-up of the project made sure.
    """
    end, count, kept = time.monotonic() + REQUEST_SECONDS, 0, 0
    for run_id in ids:
        if time.monotonic() > end:
            return Purged(count, kept, has_more=True)
        verdict = _purged(project, run_id, timezone.now(), by)
        if verdict is not None:
            count, kept = count + (not verdict.kept_for), kept + bool(verdict.kept_for)
    return Purged(count, kept)


def purge_due(now: datetime, *, most: int = STEP_RUNS, seconds: float = STEP_SECONDS) -> Purged:
    """One step of what the schedule does: delete what lay in a project's trash for its days.

    Args:
        most: runs to delete at most; `seconds` to begin new ones.
    """
    end, count = time.monotonic() + seconds, 0
    for project in projects_with_trash():
        if project.trash_days is None:
            continue
        before = now - timedelta(days=project.trash_days)
        for run_id in due_runs(project, before)[: most - count + 1]:
            if count >= most or time.monotonic() > end:
                return Purged(count, has_more=True)
            verdict = _purged(project, run_id, before, None)
            count += verdict is not None and not verdict.kept_for
    return Purged(count)


def projects_with_trash() -> QuerySet[Project]:
    """The projects in whose trash a run lies, with their teams."""
    trashed = Run.objects.filter(project_id=OuterRef("pk"), trashed_at__isnull=False)
    projects = Project.objects.filter(Exists(trashed)).select_related("team")
    return projects.order_by("team__slug", "slug")


def due_runs(project: Project, before: datetime) -> QuerySet[Run, UUID]:
    """The ids of the runs that were put into the trash before a moment, and may go."""
    rows = Run.objects.filter(~keeping(project.pk), project_id=project.pk, trashed_at__lt=before)
    return rows.order_by("number").values_list("id", flat=True)


def keeping(project_id: int) -> Q:
    """Which runs of a project may not be purged; of one of them `kept_for` says why."""
    quotes = Quote.objects.filter(project_id=project_id, run_id=OuterRef("id"))
    return Q(frozen_at__isnull=False) | Q(Exists(quotes))


def kept_for(run: Run, quotes: int) -> str:
    """Why a run may not be purged; "" if it may.

    Args:
        quotes: how many it has.
    """
    reasons = ["it is frozen"] if run.frozen_at is not None else []
    if quotes:
        reasons.append(f"it is quoted ({quotes} quote{'s' if quotes > 1 else ''})")
    return " and ".join(reasons)


def delete_rows(project_id: int, run_id: UUID) -> set[str]:
    """Delete every row of a run, inside the caller's transaction; the hashes of its files."""
    metrics.delete(project_id=project_id, run_id=run_id)
    files = Artifact.objects.filter(project_id=project_id, run_id=run_id)
    hashes = set(files.values_list("sha256", flat=True))
    for table in tables_of_runs():
        table._default_manager.filter(project_id=project_id, run_id=run_id).delete()
    RunLocator.objects.filter(run_id=run_id).update(purged_at=timezone.now())
    Run.objects.filter(project_id=project_id, id=run_id).delete()
    return hashes


def tables_of_runs() -> list[type[models.Model]]:
    """Every table that keeps something of a run, but for points, which `runs.metrics` deletes."""
    return [
        model
        for model in tables_with("project_id", "run_id")
        if model not in KEPT and not model.__name__.startswith("Metric")
    ]


def tables_with(*columns: str) -> Iterator[type[models.Model]]:
    """The tables of this app that have all of the columns."""
    for model in apps.get_app_config("runs").get_models():
        if set(columns) <= {field.attname for field in model._meta.concrete_fields}:
            yield model


def _purged(
    project: Project, run_id: UUID, before: datetime, by: User | None, *, is_trial: bool = False
) -> Verdict | None:
    """Judge a run and delete it if it may go; None where it left the trash meanwhile."""
    hashes: set[str] = set()
    with transaction.atomic():
        verdict = _judged(project, run_id, before)
        if verdict is None:
            return None
        if not verdict.kept_for and not is_trial:
            hashes = delete_rows(project.pk, run_id)
            told: dict[str, Any] = {"number": verdict.run.number, "name": verdict.run.name}
            told["run"] = str(run_id)
            audit.record("run.purged", by=by, target=project, team=project.team, **told)
    drop_unused(project.pk, hashes)
    return verdict


def _judged(project: Project, run_id: UUID, before: datetime) -> Verdict | None:
    """The verdict on a run, whose rows are locked, so that nobody quotes or restores it meanwhile.

    Its state comes first, as whoever stores a batch takes them.
    """
    metrics.hold(project_id=project.pk, run_id=run_id)
    locked = Run.objects.select_for_update().filter(project_id=project.pk, id=run_id)
    run = locked.filter(trashed_at__lt=before).first()
    if run is None:
        return None
    quotes = Quote.objects.filter(project_id=project.pk, run_id=run_id).count()
    return Verdict(run, kept_for(run, quotes))
