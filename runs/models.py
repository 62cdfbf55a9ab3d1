"""What is stored of a run, except its points (see `runs.metrics`).

Every table but `RunLocator` begins its keys with `project_id` and has no foreign key, trigger or
sequence, so that PostgreSQL with Citus can distribute all of them by that column.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from ahnb_platform.accounts.models import User
from projects.models import Project

from .artifacts.models import Artifact, ArtifactBlob
from .life.models import Quota, RetentionRule, RunSize
from .linting.badge import Badge
from .linting.models import Finding, Mute, Severity, Source
from .metrics.models import (
    MetricChunk,
    MetricState,
    MetricSummary,
    MetricTail,
    MetricWriter,
    PointsRoom,
)
from .quotes.models import Quote

__all__ = [
    "HASHES",
    "LOST_AFTER",
    "Artifact",
    "ArtifactBlob",
    "Finding",
    "MetricChunk",
    "MetricState",
    "MetricSummary",
    "MetricTail",
    "MetricWriter",
    "ModelVersion",
    "Mute",
    "Note",
    "PointsRoom",
    "Quota",
    "Quote",
    "RetentionRule",
    "Run",
    "RunDocument",
    "RunEvent",
    "RunLocator",
    "RunMedia",
    "RunParam",
    "RunSize",
    "Severity",
    "Source",
    "Status",
]


# A running run without a sign of life for so long is shown as lost.
LOST_AFTER = timedelta(minutes=3)

# The columns of `Run` by which runs are found that share something.
HASHES = ("architecture", "weights_hash", "trained_hash", "data_hash", "code_hash", "commit")


def _known_index(column: str, condition: Q) -> models.Index:
    """For the runs that share a value; those without one are left out."""
    return models.Index(
        fields=["project_id", column], name=f"runs_run_by_{column}", condition=condition
    )


class Status(models.TextChoices):
    """How a run stands. `lost` is never stored: it is computed from the last sign of life."""

    RUNNING = "running", "running"
    FINISHED = "finished", "finished"
    FAILED = "failed", "failed"
    INTERRUPTED = "interrupted", "interrupted"
    PREEMPTED = "preempted", "preempted"


class RunLocator(models.Model):
    """Where a run lives: the one table that knows a run by its id alone.

    The row stays when the run is deleted for good, so that its id is never given out again.
    """

    run_id = models.UUIDField(primary_key=True)
    project_id = models.BigIntegerField()
    purged_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.run_id)


class Run(models.Model):
    """One experiment: who, when, how it stands, and its parameters."""

    pk = models.CompositePrimaryKey("project_id", "id")
    project_id = models.BigIntegerField()
    id = models.UUIDField()
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    name = models.CharField(max_length=255)
    group = models.CharField(max_length=255, blank=True)
    tags = ArrayField(models.CharField(max_length=255), default=list)
    notes = models.TextField(blank=True)
    user_id = models.BigIntegerField(null=True)
    # The token that started it, which may bring it home when it has expired meanwhile.
    token_id = models.BigIntegerField(null=True, editable=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    status_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    objective_metric = models.CharField(max_length=255, blank=True)
    objective_mode = models.CharField(max_length=3, blank=True)
    params = models.JSONField(default=dict)
    # Joins, not columns: nothing in the database ties these tables together.
    user = models.ForeignObject(
        User, models.DO_NOTHING, ["user_id"], ["id"], related_name="+", null=True
    )
    metric_state = models.ForeignObject(
        MetricState,
        models.DO_NOTHING,
        ["project_id", "id"],
        ["project_id", "run_id"],
        related_name="+",
        null=True,
    )
    # The few facts of the model that lists show; the whole lies in RunDocument.
    model_name = models.CharField(max_length=255, blank=True)
    model_parameters = models.BigIntegerField(null=True)
    # What `ModelVersion` gave; and the hash of all that was chosen, seeds left out.
    model_version = models.PositiveIntegerField(null=True)
    configuration = models.CharField(max_length=16, blank=True)
    # What two runs share for certain (`runs.identity`, `runs.signatures`); "" where nothing does.
    architecture = models.CharField(max_length=16, default="", db_default="")
    weights_hash = models.CharField(max_length=64, default="", db_default="")
    trained_hash = models.CharField(max_length=64, default="", db_default="")
    data_hash = models.CharField(max_length=64, default="", db_default="")
    code_hash = models.CharField(max_length=64, default="", db_default="")
    commit = models.CharField(max_length=64, default="", db_default="")
    rerun_of = models.UUIDField(null=True)
    has_media = models.BooleanField(default=False, db_default=False)
    has_files = models.BooleanField(default=False, db_default=False)
    # Of the rules that looked at it last; "" for a run that was never linted.
    linted_with = models.CharField(max_length=16, default="", db_default="")
    pinned_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    trashed_at = models.DateTimeField(null=True)
    # Who did it; nobody where a rule did, which `trashed_for` then names.
    trashed_by_id = models.BigIntegerField(null=True)
    trashed_for = models.CharField(max_length=200, default="", db_default="")
    frozen_at = models.DateTimeField(null=True)
    frozen_by_id = models.BigIntegerField(null=True)

    if TYPE_CHECKING:
        # What `runs.queries` adds to every run that it returns.
        project: Project
        role: int
        metrics: dict[str, Any]
        state: Any
        last_seen_at: datetime

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project_id", "number"], name="runs_run_number_once")
        ]
        indexes = [
            models.Index(
                F("project_id"),
                F("started_at").desc(),
                F("id").desc(),
                name="runs_run_newest",
                condition=Q(trashed_at=None, archived_at=None),
            ),
            models.Index(
                fields=["project_id", "id"],
                name="runs_run_hidden",
                condition=~Q(trashed_at=None) | ~Q(archived_at=None),
            ),
            # What a look at all runs of a project needs, so that their rows need not be read.
            models.Index(
                fields=["project_id", "id"],
                include=["status", "started_at", "finished_at"],
                name="runs_run_listed",
                condition=Q(trashed_at=None, archived_at=None),
            ),
            models.Index(
                F("project_id"),
                Coalesce("finished_at", "started_at"),
                F("id"),
                name="runs_run_by_end",
                condition=Q(trashed_at=None, archived_at=None),
            ),
            models.Index(
                F("project_id"),
                F("started_at").desc(),
                F("id").desc(),
                name="runs_run_running",
                condition=Q(status="running", trashed_at=None, archived_at=None),
            ),
            models.Index(
                fields=["project_id", "pinned_at"],
                name="runs_run_pinned",
                condition=Q(pinned_at__isnull=False),
            ),
            models.Index(
                fields=["project_id", "configuration"],
                name="runs_run_by_configuration",
                condition=Q(trashed_at=None, archived_at=None),
            ),
            models.Index(fields=["project_id", "model_version"], name="runs_run_by_version"),
            models.Index(fields=["project_id", "name"], name="runs_run_by_name"),
            models.Index(fields=["project_id", "group"], name="runs_run_by_group"),
            GinIndex(fields=["tags"], name="runs_run_by_tag"),
            *(_known_index(column, ~Q(**{column: ""})) for column in HASHES),
            _known_index("rerun_of", Q(rerun_of__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        return f"/runs/{self.id}/"

    @property
    def shown_status(self) -> str:
        """The status as people see it: `lost` while running without a sign of life.

        A frozen run takes none, and stands as it did when it was frozen.
        """
        quiet = (self.frozen_at or timezone.now()) - self.last_seen_at
        return "lost" if self.status == Status.RUNNING and quiet > LOST_AFTER else self.status

    @property
    def duration_seconds(self) -> float:
        """From start to end; of a run that has not ended, to its last sign of life."""
        return max(0.0, ((self.finished_at or self.last_seen_at) - self.started_at).total_seconds())

    @property
    def badge(self) -> Badge | None:
        """What was found in a searched run and is not muted; None for nothing."""
        return Badge(found) if (found := getattr(self, "severities", None)) else None

    @property
    def objective(self) -> dict[str, str] | None:
        """`{metric, mode}` as the run's client stated it."""
        if not self.objective_metric:
            return None
        return {"metric": self.objective_metric, "mode": self.objective_mode}


class ModelVersion(models.Model):
    """A model's architecture as it first came up in a project.

    `architecture` is its hash (`runs.identity`); numbers count per project, from 1.
    """

    pk = models.CompositePrimaryKey("project_id", "architecture")
    project_id = models.BigIntegerField()
    architecture = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    run_id = models.UUIDField(help_text="The run in which it was first seen.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "number"], name="runs_modelversion_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class RunParam(models.Model):
    """One parameter of one run as a narrow row, for filter and sort.

    `key` is the dotted path in `Run.params`. Numbers (not booleans) have `number`; every value
    has `text`, the form in which it is compared with a string, cut at 255 characters.
    """

    pk = models.CompositePrimaryKey("project_id", "run_id", "key")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    key = models.CharField(max_length=255)
    number = models.FloatField(null=True)
    text = models.CharField(max_length=255)

    class Meta:
        indexes = [
            models.Index(
                fields=["project_id", "key", "number", "run_id"], name="runs_param_by_number"
            ),
            models.Index(fields=["project_id", "key", "text", "run_id"], name="runs_param_by_text"),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.text}"


class RunDocument(models.Model):
    """A large part of the record, read only on the run's page: the last event of its kind."""

    KINDS: ClassVar = ("model", "environment", "data", "code", "summary")

    pk = models.CompositePrimaryKey("project_id", "run_id", "kind")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    data = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} of {self.run_id}"


class RunEvent(models.Model):
    """One event as a client sent it; heartbeats leave no row."""

    pk = models.CompositePrimaryKey("project_id", "run_id", "writer", "seq", "position")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    writer = models.UUIDField()
    seq = models.BigIntegerField()
    position = models.PositiveIntegerField(help_text="Index in the batch's events.")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    data = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["project_id", "run_id", "kind", "at"], name="runs_event_by_kind"),
            # For what looks for runs that ended, by when the server learnt of it.
            models.Index(
                fields=["project_id", "received_at"],
                name="runs_event_status",
                condition=Q(kind="status"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.run_id}"


class RunMedia(models.Model):
    """What was logged at a step beside numbers: an image, a histogram, a matrix or a table."""

    pk = models.CompositePrimaryKey("project_id", "id")
    project_id = models.BigIntegerField()
    id = models.UUIDField()
    run_id = models.UUIDField()
    name = models.CharField(max_length=255)
    step = models.BigIntegerField()
    type = models.CharField(max_length=20)
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        indexes = [
            models.Index(
                fields=["project_id", "run_id", "name", "step", "at"], name="runs_media_by_step"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.step}"


class Note(models.Model):
    """A remark on a run or on one of its steps, by a person or from a training."""

    pk = models.CompositePrimaryKey("project_id", "id")
    project_id = models.BigIntegerField()
    id = models.UUIDField()
    run_id = models.UUIDField()
    user_id = models.BigIntegerField(null=True)
    step = models.BigIntegerField(null=True)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True, help_text="Taken away; it can be brought back.")
    user = models.ForeignObject(
        User, models.DO_NOTHING, ["user_id"], ["id"], related_name="+", null=True
    )
    run = models.ForeignObject(
        Run,
        models.DO_NOTHING,
        ["project_id", "run_id"],
        ["project_id", "id"],
        related_name="+",
        null=True,
    )

    class Meta:
        indexes = [
            models.Index(fields=["project_id", "run_id", "created_at"], name="runs_note_of_run"),
            models.Index(
                F("project_id"),
                F("created_at").desc(),
                F("id").desc(),
                name="runs_note_newest",
                condition=Q(removed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
