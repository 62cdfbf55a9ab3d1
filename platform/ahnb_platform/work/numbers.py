"""What the metrics tell of the background work."""

from collections.abc import Iterable

from django.utils import timezone

from ahnb_platform.monitoring.numbers import Number

from .models import TaskState
from .schedule import USUAL


def numbers_of_tasks() -> Iterable[Number]:
    """How far each task is behind its time, and how often it failed in a row."""
    rows = list(TaskState.objects.filter(name__in=USUAL.tasks))
    now = timezone.now()
    behind = {row.name: max(0.0, (now - row.due_at).total_seconds()) for row in rows}
    failed = {row.name: row.failures for row in rows}
    yield Number("ahnb_task_lag_seconds", "How long a task is overdue.", behind, "task")
    yield Number("ahnb_task_failures", "Failures of a task in a row.", failed, "task")
