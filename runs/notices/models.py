"""The tables of notices: what happened, who wants to know, and what became of telling them."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ahnb_platform.accounts.models import Team
from projects.models import Project

from .kinds import Kind

LONGEST_URL = 1000


class Watch(models.Model):
    """A project of which somebody wants to be told, and up to when it has been looked at."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True)
    since = models.DateTimeField(default=timezone.now)
    seen_until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"watch on {self.project_id}"


class Notice(models.Model):
    """Something that happened, once: the outbox.

    Attributes:
        key: says the same for the same event, so that it is written once, whoever finds it.
        data: what is told, with paths in place of addresses.
        spread_at: when those who are to be told were written down; None before.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    key = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    spread_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"], name="notices_not_spread", condition=Q(spread_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.key


def _kinds() -> ArrayField:
    return ArrayField(models.CharField(max_length=20, choices=Kind.choices), default=list)


class Webhook(models.Model):
    """An address of a program that is told of what happens in a project, or in a team's projects.

    Attributes:
        salt: from which, and the server's key, its secret is derived (`hooks.secret_of`).
        paused_at: since when nothing is sent; pause_reason says why.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, related_name="webhooks"
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="webhooks")
    url = models.CharField(max_length=LONGEST_URL)
    kinds = _kinds()
    salt = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False) ^ Q(team__isnull=False),
                name="notices_webhook_of_one",
            )
        ]

    def __str__(self) -> str:
        # Not the whole address: of some receivers the path is a secret.
        return f"webhook to {urlsplit(self.url).hostname}"

    def get_absolute_url(self) -> str:
        return f"/webhooks/{self.pk}/"


class Delivery(models.Model):
    """One event on its way to one webhook; its id stays the same, however often it is sent.

    Attributes:
        notice: None for a test.
        due_at: when it is sent next; None once that is over, and then ended_at is set.
        status: of the last answer; None where there was none, and fault says why.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    status = models.PositiveIntegerField(null=True)
    fault = models.CharField(max_length=200, default="", db_default="")
    ms = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "notice"], name="notices_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="notices_delivery_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["webhook", "-created_at"], name="notices_delivery_log"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def kind(self) -> str:
        return self.notice.get_kind_display() if self.notice else "a test"

    @property
    def arrived(self) -> bool:
        return self.ended_at is not None and not self.fault


class MailChoice(models.Model):
    """Of what in a project a person wants a mail."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="mail_choices")
    kinds = _kinds()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "project"], name="notices_mail_choice_once")
        ]

    def __str__(self) -> str:
        return f"mails to {self.user} of {self.project}"


class Mail(models.Model):
    """One event on its way to one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "notice"], name="notices_mail_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="notices_mail_due", condition=Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
