"""When a project's room for files is nearly used up, or is."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone

from projects.models import Project

from ..artifacts.services import used_bytes
from . import telling

NEAR = 0.9


def quota_notices(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    """At most one event, told once a week for as long as it holds."""
    quota = settings.ARTIFACT_PROJECT_BYTES
    if not quota:
        return
    used = used_bytes(project.pk)
    level = "over" if used >= quota else "near" if used >= NEAR * quota else ""
    if level:
        year, week, _ = timezone.now().isocalendar()
        key = f"project.quota:{project.pk}:files:{level}:{year}-{week}"
        yield key, telling.of_quota(project, "files", level, used, quota)
