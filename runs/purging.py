"""Emptying the trash for good, but for what is frozen or quoted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction

from ahnb_platform.accounts import audit
from projects.models import Project

from . import metrics
from .models import ModelVersion, Quote, Run, RunLocator

# A version keeps its number when the run that brought it is gone.
KEPT: tuple[type[models.Model], ...] = (ModelVersion,)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a run in the trash; `kept_for` says why it stays, "" if it goes."""

    run: Run
    kept_for: str


def purge_trash(*, project: Project, before: datetime, is_trial: bool = False) -> Iterator[Verdict]:
    """Delete the runs of a project that were put into the trash before a moment, one by one.

    Args:
        is_trial: only tell what would be done.
    """
    rows = Run.objects.filter(project_id=project.pk, trashed_at__lt=before)
    for run_id in list(rows.order_by("number").values_list("id", flat=True)):
        with transaction.atomic():
            verdict = _judged(project, run_id, before)
            if verdict is None:
                continue
            if not verdict.kept_for and not is_trial:
                _delete(project, verdict.run)
        yield verdict


def kept_for(run: Run, quotes: int) -> str:
    """Why a run may not be purged; "" if it may.

    Args:
        quotes: how many it has.
    """
    reasons = ["it is frozen"] if run.frozen_at is not None else []
    if quotes:
        reasons.append(f"it is quoted ({quotes} quote{'s' if quotes > 1 else ''})")
    return " and ".join(reasons)


def _judged(project: Project, run_id: UUID, before: datetime) -> Verdict | None:
    """The verdict on a run, whose row is locked, so that nobody quotes or restores it meanwhile."""
    locked = Run.objects.select_for_update().filter(project_id=project.pk, id=run_id)
    run = locked.filter(trashed_at__lt=before).first()
    if run is None:
        return None
    quotes = Quote.objects.filter(project_id=project.pk, run_id=run_id).count()
    return Verdict(run, kept_for(run, quotes))


def _delete(project: Project, run: Run) -> None:
    metrics.delete(project_id=project.pk, run_id=run.id)
    for table in tables_of_runs():
        table._default_manager.filter(project_id=project.pk, run_id=run.id).delete()
    RunLocator.objects.filter(run_id=run.id).delete()
    Run.objects.filter(project_id=project.pk, id=run.id).delete()
    told: dict[str, Any] = {"run": str(run.id), "number": run.number, "name": run.name}
    audit.record("run.purged", by=None, target=project, team=project.team, **told)


def tables_of_runs() -> list[type[models.Model]]:
    """Every table that keeps something of a run, but for points, which `runs.metrics` deletes."""
    return [
        model
        for model in apps.get_app_config("runs").get_models()
        if {"project_id", "run_id"} <= {field.attname for field in model._meta.concrete_fields}
        and model not in KEPT
        and not model.__name__.startswith("Metric")
    ]
