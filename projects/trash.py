"""The trash of projects: what lies there, put there, brought back. Owners of the team.

Nobody sees a project that lies there, and whoever sends to it is told so. Its address stays taken,
so that a training which still names it begins no other project, and bringing it back finds it free.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require, role_in
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.errors import Conflict, Missing

from .models import Project, ProjectOffer


def trash_project(*, project: Project, by: User) -> Project:
    """Put the project into the trash; of one that lies there nothing changes. Owners.

    An offer of it to another team ends.
    """
    with transaction.atomic():
        project = locked_project(project.pk, by)
        if project.trashed_at is None:
            ProjectOffer.objects.filter(project=project).delete()
            _set(project, at=timezone.now(), by=by)
            _record("project.trashed", project, by)
    return project


def untrash_project(*, project: Project, by: User) -> Project:
    """Take the project out of the trash, as it was; of one that is not there nothing changes.

    Owners.

    Raises:
        Missing: it was deleted for good meanwhile.
        Conflict: it is being deleted for good (`project-purging`).
    """
    with transaction.atomic():
        project = locked_project(project.pk, by)
        if project.purging_since is not None:
            raise Conflict(
                f"{project.name} is being deleted for good; nobody can bring it back.",
                code="project-purging",
            )
        if project.trashed_at is not None:
            _set(project, at=None, by=None)
            _record("project.untrashed", project, by)
    return project


def trashed_projects(team: Team) -> list[Project]:
    """What lies in the trash of the team, the latest first, each with who put it there."""
    rows = Project.objects.filter(team=team, trashed_at__isnull=False)
    return list(rows.select_related("team", "trashed_by").order_by("-trashed_at", "-pk"))


def trashed_project(team: Team, project_id: int) -> Project:
    """One of `trashed_projects`. Raises Missing."""
    rows = Project.objects.filter(team=team, pk=project_id, trashed_at__isnull=False)
    found = rows.select_related("team").first()
    if found is None:
        raise Missing
    return found


def goes_at(project: Project) -> datetime | None:
    """When a project in the trash is due to be deleted for good; None: when an owner does it."""
    if project.trashed_at is None or project.trash_days is None:
        return None
    return project.trashed_at + timedelta(days=project.trash_days)


def locked_project(project_id: int, by: User | None) -> Project:
    """The project, in the trash or not, held against others, once `by` is seen to own it."""
    rows = Project.objects.select_for_update(of=("self",)).select_related("team")
    project = rows.filter(pk=project_id).first()
    if project is None:
        raise Missing
    if by is not None:
        require(role_in(project.team, by), Role.OWNER)
    return project


def _set(project: Project, *, at: datetime | None, by: User | None) -> None:
    project.trashed_at, project.trashed_by = at, by
    project.save(update_fields=["trashed_at", "trashed_by"])


def _record(action: str, project: Project, by: User) -> None:
    audit.record(action, by=by, target=project, team=project.team, path=project.path)
