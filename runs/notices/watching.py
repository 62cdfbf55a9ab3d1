"""Finding what happened, from the database, and writing it down once.

Only projects are looked at of which somebody wants to be told. What a key says is written once,
so a look may go over the same stretch of time again: rows that were committed late are found by
the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from projects.models import Project

from ..linting.queries import findings_of
from ..models import LOST_AFTER, Run, RunEvent, Severity, Status
from . import telling
from .models import MailChoice, Notice, Watch, Webhook
from .quotas import quota_notices
from .spreading import spread

# A transaction that stores a batch ends within this time, or is ended.
OVERLAP = timedelta(minutes=3)
FINDINGS_BACK = timedelta(days=1)
MOST_AT_ONCE = 500
KEPT = timedelta(days=30)
CLEARED_AT_ONCE = 2000
Found: TypeAlias = Iterator[tuple[str, dict[str, Any]]]
TOLD = {Status.FINISHED: "run.finished", Status.FAILED: "run.failed"}


def find_events() -> bool:
    """Look at each watched project and write down what is new; whether there is more to spread."""
    _follow_wishes()
    for watch in Watch.objects.select_related("project__team"):
        now = timezone.now()
        with transaction.atomic():
            Notice.objects.bulk_create(_found(watch), ignore_conflicts=True)
            Watch.objects.filter(pk=watch.pk).update(seen_until=now)
    return spread()


def clear_notices() -> bool:
    """Delete what was told long ago; whether there is more."""
    before = timezone.now() - KEPT
    old = list(
        Notice.objects.filter(created_at__lt=before).values_list("pk", flat=True)[:CLEARED_AT_ONCE]
    )
    Notice.objects.filter(pk__in=old).delete()
    return len(old) == CLEARED_AT_ONCE


def _follow_wishes() -> None:
    """Begin to watch what somebody wants to be told of, and end what nobody does."""
    hooks = Webhook.objects.filter(paused_at=None)
    wanted = set(
        Project.objects.filter(
            Q(pk__in=hooks.values("project"))
            | Q(team__in=hooks.values("team"))
            | Q(pk__in=MailChoice.objects.exclude(kinds=[]).values("project")),
            trashed_at=None,
        ).values_list("pk", flat=True)
    )
    held = set(Watch.objects.values_list("pk", flat=True))
    Watch.objects.filter(pk__in=held - wanted).delete()
    Watch.objects.bulk_create([Watch(project_id=pk) for pk in wanted - held], ignore_conflicts=True)


def find_quotas() -> None:
    """Look at what each watched project has used of what it may have, which takes longer."""
    for watch in Watch.objects.select_related("project__team"):
        found = _noted(watch, quota_notices(watch.project))
        Notice.objects.bulk_create(found, ignore_conflicts=True)


def _found(watch: Watch) -> list[Notice]:
    return _noted(watch, chain(_ended(watch), _lost(watch), _findings(watch)))


def _noted(watch: Watch, found: Found) -> list[Notice]:
    return [
        Notice(key=key, kind=data["kind"], project=watch.project, data=data) for key, data in found
    ]


def _ended(watch: Watch) -> Found:
    """Runs whose status changed since the last look; each end of a resumed run is an event."""
    since = max(watch.since, watch.seen_until - OVERLAP)
    events = RunEvent.objects.filter(
        project_id=watch.pk, kind="status", received_at__gte=since, data__status__in=list(TOLD)
    )
    ids = events.values_list("run_id", flat=True).distinct()[:MOST_AT_ONCE]
    for run in _runs(watch, ids).filter(status__in=list(TOLD)):
        kind = TOLD[Status(run.status)]
        yield f"{kind}:{run.id}:{run.finished_at}", telling.of_run(kind, watch.project, run)


def _lost(watch: Watch) -> Found:
    """Running runs that were heard of while they were watched, and are not any more."""
    quiet = timezone.now() - LOST_AFTER
    rows = Run.objects.filter(
        project_id=watch.pk,
        status=Status.RUNNING,
        trashed_at=None,
        frozen_at=None,
        metric_state__last_seen_at__lt=quiet,
        metric_state__last_seen_at__gte=watch.since,
    )
    for run in rows.select_related("metric_state").order_by("-started_at")[:MOST_AT_ONCE]:
        assert run.metric_state is not None  # noqa: S101 - by the filter
        seen = run.metric_state.last_seen_at
        data = telling.of_run("run.lost", watch.project, run, last_seen_at=seen.isoformat())
        yield f"run.lost:{run.id}:{seen}", data


def _findings(watch: Watch) -> Found:
    """Warnings and errors that are not muted, once for each rule and run."""
    since = max(watch.since, timezone.now() - FINDINGS_BACK)
    rows = findings_of(watch.pk, is_muted=False).filter(
        found_at__gte=since, severity__gte=Severity.WARN
    )
    rows = rows.order_by("found_at")[:MOST_AT_ONCE]
    found = {(row.run_id, row.rule): row for row in reversed(rows)}
    runs = {run.id: run for run in _runs(watch, [run_id for run_id, _ in found])}
    for (run_id, rule), row in found.items():
        if run_id in runs:
            data = telling.of_finding(watch.project, runs[run_id], row)
            yield f"run.finding:{run_id}:{rule}", data


def _runs(watch: Watch, ids: Iterable[Any]) -> Any:
    rows = Run.objects.filter(project_id=watch.pk, id__in=list(ids), trashed_at=None)
    return rows.select_related("metric_state")
