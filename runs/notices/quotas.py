"""When what a project or its team may have is nearly used up, or is."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone

from projects.models import Project

from ..artifacts.services import used_bytes
from ..life.quotas import Used, quotas_of, use_of_projects, used_of
from ..models import Quota
from . import telling

NEAR = 0.9

Found = Iterator[tuple[str, dict[str, Any]]]


def quota_notices(project: Project) -> Found:
    """One event for each limit that is nearly reached, told once a week for as long as it holds."""
    year, week, _ = timezone.now().isocalendar()
    for of, one in _limits(project):
        assert one.limit is not None  # noqa: S101 - by `_limits`
        level = "over" if one.used >= one.limit else "near"
        if one.used >= NEAR * one.limit:
            key = f"project.quota:{project.pk}:{of}:{one.what}:{level}:{year}-{week}"
            yield key, telling.of_quota(project, of, one.what, level, one.used, one.limit)


def _limits(project: Project) -> Iterator[tuple[str, Used]]:
    """Each limit that there is, with what is used of it: of the project, of its team."""
    if quota := settings.ARTIFACT_PROJECT_BYTES:
        yield "project", Used("bytes", used_bytes(project.pk), quota)
    for kind, row in quotas_of(project).items():
        ids = [project.pk]
        if kind == Quota.TEAM:
            ids = list(Project.objects.filter(team=project.team_id).values_list("pk", flat=True))
        for one in used_of(row, **use_of_projects(ids)):
            if one.limit is not None:
                yield kind, one
