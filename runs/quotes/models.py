"""The table of quotes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from ahnb_platform.accounts.models import User


class Via(models.TextChoices):
    """How a quote was taken."""

    PAGE = "page", "on the page"
    API = "api", "by a program"


class Quote(models.Model):
    """One value of one metric as somebody took it; rows are never changed.

    `number` counts per run, from 1. `document` is the quote as it was handed out
    (`runs.quotes.documents`). While a run has quotes it is not purged.
    """

    pk = models.CompositePrimaryKey("project_id", "run_id", "number")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    number = models.PositiveIntegerField()
    metric = models.CharField(max_length=255)
    part = models.CharField(max_length=8)
    step = models.FloatField(null=True, help_text="Of the unit time: UTC seconds.")
    value = models.FloatField(help_text="May be NaN or infinite.")
    user_id = models.BigIntegerField(null=True)
    via = models.CharField(max_length=8, choices=Via.choices)
    created_at = models.DateTimeField(default=timezone.now)
    document = models.JSONField()
    # A join, not a column.
    user = models.ForeignObject(
        User, models.DO_NOTHING, ["user_id"], ["id"], related_name="+", null=True
    )

    def __str__(self) -> str:
        return f"{self.metric} = {self.value!r}"

    def get_absolute_url(self) -> str:
        return f"/runs/{self.run_id}/quotes/{self.number}/"
