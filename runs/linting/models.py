"""The tables of findings and of what somebody muted."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from ahnb_platform.accounts.models import User

LONGEST_RULE = 40
LONGEST_PLACE = 255


class Severity(models.IntegerChoices):
    """How bad it is; the largest is the worst."""

    INFO = 1, "info"
    WARN = 2, "warn"
    ERROR = 3, "error"

    @classmethod
    def named(cls, name: Any) -> Severity:
        """The severity that a word names; `INFO` for anything else."""
        return next((one for one in cls if one.label == name), cls.INFO)


class Source(models.TextChoices):
    """Who found it."""

    CLIENT = "client", "the client"
    SERVER = "server", "the server"


class Finding(models.Model):
    """One thing that a rule found in a run, at one place.

    Attributes:
        rule: id of the rule, `LOSS01`, or what some client calls one.
        place: where, in one line (`ahnb_client.linting.finding`).
        where: the same by kind of place; evidence: the numbers that prove it.
        rules_version: of the rules that found it; "" where a client did.
    """

    pk = models.CompositePrimaryKey("project_id", "run_id", "rule", "place")
    project_id = models.BigIntegerField()
    run_id = models.UUIDField()
    rule = models.CharField(max_length=LONGEST_RULE)
    place = models.CharField(max_length=LONGEST_PLACE)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    text = models.TextField()
    fix = models.TextField(blank=True)
    where = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    step = models.BigIntegerField(null=True)
    epoch = models.BigIntegerField(null=True)
    source = models.CharField(max_length=6, choices=Source.choices)
    found_at = models.DateTimeField(default=timezone.now)
    rules_version = models.CharField(max_length=16, blank=True)
    # A join, not a column: nothing in the database ties these tables together.
    run = models.ForeignObject(
        "runs.Run",
        models.DO_NOTHING,
        ["project_id", "run_id"],
        ["project_id", "id"],
        related_name="+",
        null=True,
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["project_id", "found_at", "run_id", "rule", "place"],
                name="runs_finding_newest",
            ),
            models.Index(
                fields=["project_id", "rule", "found_at", "run_id", "place"],
                # So that a look at how often each rule found something need not read the rows.
                include=["severity"],
                name="runs_finding_by_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.place}".strip()


class Mute(models.Model):
    """A rule that is not told of: in one run, or in the whole project."""

    pk = models.CompositePrimaryKey("project_id", "id")
    project_id = models.BigIntegerField()
    id = models.UUIDField()
    rule = models.CharField(max_length=LONGEST_RULE)
    run_id = models.UUIDField(null=True, help_text="None for all runs of the project.")
    reason = models.TextField(blank=True)
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    user = models.ForeignObject(
        User, models.DO_NOTHING, ["user_id"], ["id"], related_name="+", null=True
    )
    run = models.ForeignObject(
        "runs.Run",
        models.DO_NOTHING,
        ["project_id", "run_id"],
        ["project_id", "id"],
        related_name="+",
        null=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "rule"],
                condition=models.Q(run_id=None),
                name="runs_mute_of_project_once",
            ),
            models.UniqueConstraint(
                fields=["project_id", "rule", "run_id"],
                condition=models.Q(run_id__isnull=False),
                name="runs_mute_of_run_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} muted"
