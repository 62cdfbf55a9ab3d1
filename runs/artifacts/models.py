"""Which files belong to which run, and which bytes are stored for a project.

As with the other heavy tables: keys begin with `project_id`, no foreign key, trigger or sequence.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ahnb_platform.accounts.models import User

from .kinds import IMAGE_TYPES

MOST_OF_PREVIEW = 8_000_000


class Artifact(models.Model):
    """One version of one file of a run. The same name again is the next version."""

    KINDS: ClassVar = ("image", "model", "notebook", "table", "text", "archive", "file")

    pk = models.CompositePrimaryKey("project_id", "id")
    project_id = models.BigIntegerField()
    id = models.UUIDField()
    run_id = models.UUIDField()
    name = models.CharField(max_length=255, help_text="As given: words between slashes, in NFC.")
    # Names that differ by case alone are one name, as on the disks of many people.
    name_key = models.CharField(max_length=1024)
    version = models.PositiveIntegerField(help_text="Counts per name, from 1.")
    step = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12)
    content_type = models.CharField(max_length=100)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    user = models.ForeignObject(
        User, models.DO_NOTHING, ["user_id"], ["id"], related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "run_id", "name_key", "version"],
                name="runs_artifact_version_once",
            )
        ]
        indexes = [
            models.Index(fields=["project_id", "sha256"], name="runs_artifact_by_content"),
            models.Index(fields=["project_id", "run_id", "id"], name="runs_artifact_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def filename(self) -> str:
        """The last word of the name."""
        return self.name.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The words of the name before the last, with the slash behind them; "" without."""
        return self.name[: len(self.name) - len(self.filename)]

    @property
    def has_preview(self) -> bool:
        """Whether pages show it: an image by its first bytes, and of a size for a page."""
        is_image = self.kind == "image" and self.content_type in IMAGE_TYPES
        return is_image and self.bytes <= MOST_OF_PREVIEW


class ArtifactBlob(models.Model):
    """Bytes that lie in the storage once for a project, however many artifacts hold them."""

    pk = models.CompositePrimaryKey("project_id", "sha256")
    project_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    # The last time that somebody sent them; the young are never cleaned away.
    used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.sha256[:12]
