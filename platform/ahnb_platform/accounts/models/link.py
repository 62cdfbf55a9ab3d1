"""Links that log a person in once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class LoginLink(models.Model):
    """A one-time way in: for a new person, a forgotten password, or the demonstration.

    Opening the link (GET) shows a button and uses nothing up; pressing it does.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="login_links"
    )
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    team = models.ForeignKey(
        "accounts.Team",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The team whose owner made it; empty: a superuser, a command or a mail did.",
    )
    asks_password = models.BooleanField(
        default=True, help_text="Whether the person is then asked to choose a password."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.user}"
