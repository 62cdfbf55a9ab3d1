"""Tables of limits, of room taken, and of rules by age and tag.

As with the other tables of runs: no foreign key; those that grow begin with `project_id`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils import timezone


class Quota(models.Model):
    """What a team, or a project, may have at most; nothing where there is no limit."""

    TEAM, PROJECT = "team", "project"

    kind = models.CharField(max_length=7, choices=[(TEAM, TEAM), (PROJECT, PROJECT)])
    target_id = models.BigIntegerField(help_text="Of the team or the project.")
    runs = models.BigIntegerField(null=True, blank=True)
    points = models.BigIntegerField(null=True, blank=True)
    bytes = models.BigIntegerField(null=True, blank=True, help_text="Of files.")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "target_id"], name="runs_quota_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"


class RunSize(models.Model):
    """How much room a run took when it was last counted; `bytes` is all of it together."""

    pk = models.CompositePrimaryKey("project_id", "run_id")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    user_id = models.BigIntegerField(null=True)
    points = models.BigIntegerField()
    points_bytes = models.BigIntegerField()
    files = models.BigIntegerField()
    files_bytes = models.BigIntegerField()
    media_bytes = models.BigIntegerField()
    documents_bytes = models.BigIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(F("project_id"), F("bytes").desc(), name="runs_size_largest")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.bytes}"


class RetentionRule(models.Model):
    """Which runs of a project go into the trash by themselves.

    A run must meet every condition that is set. Of those that do, the best `keep_best` stay.
    """

    pk = models.CompositePrimaryKey("project_id", "id")
    project_id = models.BigIntegerField()
    id = models.UUIDField()
    older_days = models.PositiveIntegerField(help_text="Ended, or not heard of, so long ago.")
    only_tag = models.CharField(max_length=255, blank=True)
    not_tag = models.CharField(max_length=255, blank=True)
    keep_best = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        parts = [f"older than {self.older_days} day{'s' * (self.older_days != 1)}"]
        parts += [f"tagged “{self.only_tag}”"] if self.only_tag else []
        parts += [f"not tagged “{self.not_tag}”"] if self.not_tag else []
        parts += [f"but the best {self.keep_best}"] if self.keep_best else []
        return ", ".join(parts)
