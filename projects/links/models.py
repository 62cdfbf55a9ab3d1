"""What a public link shows, to whom it was made known, and until when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models import Project


class Kind(models.TextChoices):
    """What is shown."""

    RUN = "run", "run"
    VIEW = "view", "view"
    COMPARISON = "comparison", "comparison"


class PublicLink(models.Model):
    """Shows a part of a project without an account; of its secret only the SHA-256 is kept."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="public_links")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=100, blank=True)
    run_id = models.UUIDField(null=True, help_text="Of a link to a run.")
    address = models.TextField(
        blank=True, max_length=8_000, help_text="The query string of the view or comparison."
    )
    shows_people = models.BooleanField(default=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}".strip()
