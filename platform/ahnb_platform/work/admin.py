"""How the background work stands, for superusers."""

from datetime import timedelta

from django.contrib import admin

from ahnb_platform.accounts.admin import ReadOnlyAdmin

from .models import TaskState
from .schedule import USUAL


@admin.register(TaskState)
class TaskStateAdmin(ReadOnlyAdmin):
    """Each task: what it does now, when it last went well, and what it failed of."""

    list_display = ["name", "state", "interval", "started_at", "ended_at", "due_at", "failure"]
    ordering = ["-failures", "name"]

    @admin.display(description="every")
    def interval(self, row: TaskState) -> timedelta | str:
        """How often; a row may be of another version of the server."""
        task = USUAL.tasks.get(row.name)
        return task.interval if task else "not known to this version"
