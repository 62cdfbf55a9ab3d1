"""The record of acts: who did what, when, to whom or what; and the chain that binds it.

Triggers of the database (migration `audit_chain`) refuse every change of both tables, and bind
each event to the one before when its transaction commits. `docs/audit.md` says how.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """One act. Rows are only ever added; they outlive the people and things they tell of.

    So `actor_id` and `team_id` stay when who or what they name is gone.
    """

    at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        editable=False,
    )
    actor_label = models.CharField(max_length=254, editable=False)
    token_prefix = models.CharField(max_length=12, blank=True, editable=False)
    action = models.CharField(max_length=60, editable=False, help_text="e.g. team.member-added")
    team = models.ForeignKey(
        "accounts.Team",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        editable=False,
    )
    target_type = models.CharField(max_length=40, blank=True, editable=False)
    target_id = models.CharField(max_length=64, blank=True, editable=False)
    target_label = models.CharField(max_length=300, blank=True, editable=False)
    data = models.JSONField(default=dict, blank=True, editable=False)
    ip = models.GenericIPAddressField(null=True, editable=False)
    request_id = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        # Of a team, and of the whole server; a prefix finds actions of one kind.
        indexes = [
            models.Index(fields=["team", "-at"], name="accounts_audit_by_team"),
            models.Index(
                fields=["team", "action", "-at"],
                name="accounts_audit_team_action",
                opclasses=["int8_ops", "varchar_pattern_ops", "timestamptz_ops"],
            ),
            models.Index(fields=["actor_label", "-at"], name="accounts_audit_by_actor"),
            models.Index(
                fields=["action", "-at"],
                name="accounts_audit_by_action",
                opclasses=["varchar_pattern_ops", "timestamptz_ops"],
            ),
            models.Index(
                fields=["target_label"],
                name="accounts_audit_by_target",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(fields=["target_id"], name="accounts_audit_by_target_id"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.action} {self.target_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError for a row that is already stored."""
        if not self._state.adding:
            raise TypeError("An audit event is never changed.")
        super().save(*args, **kwargs)

    @property
    def details(self) -> str:
        """What else tells the story, as people read it: `role: editor, ended: {"shares": 1}`."""
        return ", ".join(f"{name}: {_readable(value)}" for name, value in self.data.items())


def _readable(value: Any) -> str:
    """A text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class AuditSeal(models.Model):
    """The place of one event in the chain. Written by the database alone.

    Attributes:
        seq: counts from 1 in the order of commitment; None until the transaction commits.
        previous: the hash of the row before, 32 zero bytes for the first.
        hash: SHA-256 of the event and `previous` (`ahnb_platform.accounts.audit.content`).
        salts: of the words about people; None where they were erased.
        digests: SHA-256 of those words with their salts; they stay.
    """

    event = models.OneToOneField(
        AuditEvent,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="seal",
    )
    seq = models.BigIntegerField(null=True, unique=True)
    previous = models.BinaryField(null=True, max_length=32)
    hash = models.BinaryField(null=True, max_length=32)
    salts = ArrayField(models.UUIDField(null=True), size=4)
    digests = ArrayField(models.BinaryField(max_length=32), size=4)

    def __str__(self) -> str:
        return f"{self.seq} {bytes(self.hash or b'').hex()[:12]}"
