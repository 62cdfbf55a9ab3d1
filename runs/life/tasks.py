"""What the background work does for runs: each a bounded step that may be run twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from ahnb_platform.work import schedule

from . import measuring, projects, purging, quotas, retention


def purge_trash() -> bool | None:
    """Delete what has lain in the trash for its days."""
    return schedule.MORE if purging.purge_due(timezone.now()).has_more else None


def purge_projects() -> bool | None:
    """Delete the projects that have lain in the trash for their days, or that an owner gave up."""
    return schedule.MORE if projects.purge_projects_due(timezone.now()) else None


def retain_runs() -> bool | None:
    """Put runs into the trash by the rules of their projects."""
    return schedule.MORE if retention.retain_due(timezone.now()) else None


def measure_sizes() -> bool | None:
    """Count the room of runs that changed."""
    return schedule.MORE if measuring.measure_due() else None


def register() -> None:
    """Tell the schedule of them."""
    schedule.every(timedelta(hours=1), "purge-trash")(purge_trash)
    schedule.every(timedelta(hours=1), "purge-projects")(purge_projects)
    schedule.every(timedelta(hours=1), "retain-runs")(retain_runs)
    schedule.every(timedelta(minutes=1), "measure-sizes")(measure_sizes)
    schedule.every(timedelta(days=1), "recount-quotas")(quotas.recount_due)
