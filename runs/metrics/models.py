"""The tables of the metric store. Only `runs.metrics` reads and writes them.

MetricTail     a batch as it came, or a few small ones as one; drained into chunks by size
MetricState    one row a run: names, summaries, attempts, delivery, last sign of life
MetricWriter   what drained batches of a writer held, to know a repeat again
MetricChunk    a tree per metric and attempt: leaves hold points, nodes hold buckets
PointsRoom     how many points a project with a limit has and may have (`room.py`)
MetricSummary  one narrow row a run and metric, for search; follows MetricState
"""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .state import RunState, decode_state


class MetricTail(models.Model):
    """Points in the order in which they came, of all metrics together."""

    pk = models.CompositePrimaryKey("project_id", "run_id", "arrival")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    arrival = models.BigIntegerField(help_text="The run's batches in order of commitment.")
    tier = models.SmallIntegerField(
        help_text="0: one batch; each tier joins rows of the one below."
    )
    format = models.SmallIntegerField()
    deliveries = models.BinaryField(help_text="Which writer sent which sequence number.")
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.run_id} {self.arrival}"


class MetricState(models.Model):
    """What must be known of a run at every batch; locked while one is stored.

    No index holds what a batch changes, and pages have room, so that an update stays on its page.
    """

    pk = models.CompositePrimaryKey("project_id", "run_id")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    format = models.SmallIntegerField()
    version = models.BigIntegerField(default=0, help_text="Grows with every change.")
    drains = models.BigIntegerField(default=0, help_text="How often points moved into chunks.")
    stale = models.BooleanField(default=False, help_text="MetricSummary rows lag behind.")
    unsized = models.BooleanField(
        default=True, db_default=True, help_text="How much room it takes is to be counted anew."
    )
    last_seen_at = models.DateTimeField(default=timezone.now)
    frozen = models.BooleanField(
        default=False, db_default=False, help_text="Nothing more is taken."
    )
    data = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(
                fields=["project_id", "run_id"], name="runs_state_stale", condition=Q(stale=True)
            ),
            models.Index(
                fields=["project_id", "run_id"],
                name="runs_state_unsized",
                condition=Q(unsized=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.run_id)

    @cached_property
    def decoded(self) -> RunState:
        """What `data` holds."""
        return decode_state(self.data)


class MetricWriter(models.Model):
    """Digests of a stretch of one writer's sequence numbers, and what of them was refused."""

    pk = models.CompositePrimaryKey("project_id", "run_id", "writer", "page")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    writer = models.UUIDField()
    page = models.BigIntegerField()
    format = models.SmallIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.writer} {self.page}"


class MetricChunk(models.Model):
    """A leaf (level 0: points and their buckets) or a node (buckets of the level below).

    `first_x` is the first point's step, or its time where the metric has no steps; `nr` orders
    leaves that begin at the same x.
    """

    pk = models.CompositePrimaryKey(
        "project_id", "run_id", "metric", "attempt", "level", "first_x", "nr"
    )
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    metric = models.IntegerField(help_text="Place of the name in MetricState.")
    attempt = models.IntegerField()
    level = models.SmallIntegerField()
    first_x = models.FloatField()
    nr = models.IntegerField()
    last_x = models.FloatField()
    count = models.BigIntegerField(help_text="Points below this row.")
    nonfinite = models.BigIntegerField(help_text="Those of them that are NaN or infinite.")
    format = models.SmallIntegerField()
    points = models.BinaryField(null=True)
    oddities = models.BinaryField(null=True, help_text="A leaf's non-finite points.")
    buckets = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.metric} {self.level}/{self.first_x}"


class PointsRoom(models.Model):
    """A part of what a project's points may be; the database takes no more into it."""

    pk = models.CompositePrimaryKey("project_id", "shard")
    project_id = models.BigIntegerField()
    shard = models.SmallIntegerField()
    points = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(points__lte=models.F("ceiling")), name="runs_pointsroom_full"
            )
        ]

    def __str__(self) -> str:
        return f"{self.points} of {self.ceiling}"


class MetricSummary(models.Model):
    """A metric's summary as a row with indexes that serve filter, sort and paging."""

    pk = models.CompositePrimaryKey("project_id", "run_id", "name")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    name = models.CharField(max_length=255)
    last = models.FloatField(null=True)
    first = models.FloatField(null=True)
    min = models.FloatField(null=True)
    max = models.FloatField(null=True)
    count = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["project_id", "name", "last", "run_id"], name="runs_sum_by_last"),
            models.Index(fields=["project_id", "name", "min", "run_id"], name="runs_sum_by_min"),
            models.Index(fields=["project_id", "name", "max", "run_id"], name="runs_sum_by_max"),
        ]

    def __str__(self) -> str:
        return f"{self.name}={self.last}"
