"""The tables of the metric store. Only `runs.metrics` reads and writes them.

MetricTail     one row a batch, as it came; folded into chunks as rows pile up
MetricState    one row a run: summaries, attempts, delivery, last sign of life
MetricWriter   one row a writer: what of it was folded, to know a repeat again
MetricChunk    many points (or buckets) of one metric, ordered by step
MetricSummary  one narrow row a run and metric, for search; follows MetricState
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class MetricTail(models.Model):
    """A batch's points as they arrived."""

    pk = models.CompositePrimaryKey("project_id", "run_id", "writer", "seq")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    writer = models.UUIDField()
    seq = models.BigIntegerField()
    format = models.SmallIntegerField()
    arrival = models.BigIntegerField(help_text="The run's batches in order of commitment.")
    digest = models.BinaryField(help_text="8 bytes: what this sequence number holds.")
    rejected = models.JSONField(null=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.run_id} {self.seq}"


class MetricState(models.Model):
    """What must be known of a run at every batch; locked while one is stored.

    No index but the key, and room on the page, so that an update stays on its page.
    """

    pk = models.CompositePrimaryKey("project_id", "run_id")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    format = models.SmallIntegerField()
    version = models.BigIntegerField(default=0, help_text="Grows with every change.")
    last_seen_at = models.DateTimeField(default=timezone.now)
    # The version that MetricSummary rows show.
    searchable_version = models.BigIntegerField(default=0)
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.run_id)


class MetricWriter(models.Model):
    """The folded sequence numbers of one writer, with digests and what was refused."""

    pk = models.CompositePrimaryKey("project_id", "run_id", "writer")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    writer = models.UUIDField()
    format = models.SmallIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.writer)


class MetricChunk(models.Model):
    """A stretch of one metric at one level: 0 holds points, higher levels buckets."""

    pk = models.CompositePrimaryKey(
        "project_id", "run_id", "metric", "attempt", "level", "position"
    )
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    metric = models.CharField(max_length=255)
    attempt = models.IntegerField()
    level = models.SmallIntegerField()
    position = models.IntegerField(help_text="Order within the level.")
    format = models.SmallIntegerField()
    first_x = models.FloatField()
    last_x = models.FloatField()
    count = models.IntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.metric} {self.level}/{self.position}"


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
