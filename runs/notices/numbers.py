"""What the metrics tell of runs and of notices."""

from collections.abc import Iterable

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from ahnb_platform.monitoring.numbers import Number
from projects.models import Project

from ..models import LOST_AFTER, Run, Status
from .models import Delivery, Mail, Webhook


def numbers_of_runs() -> Iterable[Number]:
    """How many run and how many of them were lost; how many were ever made."""
    quiet = timezone.now() - LOST_AFTER
    shown = Run.objects.filter(trashed_at=None, archived_at=None, frozen_at=None)
    rows = shown.filter(status=Status.RUNNING)
    found = rows.aggregate(
        all=Count("id"), lost=Count("id", Q(metric_state__last_seen_at__lt=quiet))
    )
    by_state = {"running": found["all"] - found["lost"], "lost": found["lost"]}
    yield Number("ahnb_runs", "Runs that have not ended, and are not frozen.", by_state, "state")
    made = Project.objects.aggregate(made=Sum(F("next_run_number") - 1), projects=Count("pk"))
    words = "Runs that were ever made."
    yield Number("ahnb_runs_made_total", words, {"": made["made"] or 0}, kind="counter")
    yield Number("ahnb_projects", "Projects.", {"": made["projects"]})


def numbers_of_notices() -> Iterable[Number]:
    """What is still to be sent, and what does not get through."""
    waiting = {
        "webhook": Delivery.objects.filter(due_at__isnull=False).count(),
        "mail": Mail.objects.filter(due_at__isnull=False).count(),
    }
    yield Number("ahnb_notices_waiting", "Notices that are still to be sent.", waiting, "way")
    paused = Webhook.objects.exclude(paused_at=None).count()
    yield Number("ahnb_webhooks_paused", "Webhooks to which nothing is sent.", {"": paused})
