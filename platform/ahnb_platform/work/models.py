"""How each task stands: the one thing that several workers share."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

LONGEST_FAILURE = 2000
# So long after its time a task is told to be late: no worker runs, or it has too much to do.
LATE = timedelta(minutes=5)


class TaskState(models.Model):
    """A task's last start, end and failure, and who runs it now.

    All times are the database's, so that workers on several machines need not agree on theirs.

    Attributes:
        due_at: when the next step may begin.
        ended_at: when a step last ended well.
        failures: steps in a row that raised, 0 after a good one.
        failure: what the last of them raised.
        lease_until: until then nobody else takes it; its holder pushes that on while it works.
    """

    name = models.CharField(max_length=80, primary_key=True)
    due_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, db_default=0)
    failure = models.TextField(default="", db_default="")
    lease_until = models.DateTimeField(null=True)
    holder = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = "task"

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """In one word or two: fails, works, is late, waits."""
        now = timezone.now()
        if self.failures:
            return f"fails ({self.failures})"
        if self.lease_until is not None and self.lease_until > now:
            return "works"
        return "is late" if self.due_at + LATE < now else "waits"
