"""Limits on the runs, points and bytes of a project and of a team, and what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require, role_in
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.errors import Invalid, NotAllowed
from projects.models import Project

from ..metrics import sizing
from ..models import ArtifactBlob, Quota, Run
from .points import count_anew, start_counting
from .refusing import refusal

KINDS = ("runs", "points", "bytes")
MOST = 2**53
LOCK = 0x51554F54


@dataclass(frozen=True)
class Used:
    """One limit: what of how much, None without a limit."""

    what: str
    used: int
    limit: int | None

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 is full; 0 without a limit."""
        return min(100, self.used * 100 // self.limit) if self.limit else 0


def set_project_quota(*, project: Project, by: User | None, **limits: int | None) -> None:
    """Limit a project; None is no limit. Owners of its team, within what the team may have.

    Args:
        limits: `runs`, `points` and `bytes`.

    Raises:
        NotAllowed: `by` does not own the project's team.
        Invalid: a number out of range, or more than the team may have.
    """
    if by is not None:
        require(role_in(project.team, by), Role.OWNER)
    _check(limits, quota_of(Quota.TEAM, project.team_id))
    with transaction.atomic():
        _save(Quota.PROJECT, project.pk, limits)
        count_anew(project.team_id, [project])
        audit.record("quota.changed", by=by, target=project, team=project.team, limits=limits)


def set_team_quota(*, team: Team, by: User | None, **limits: int | None) -> None:
    """Limit all projects of a team together. Superusers.

    Raises:
        NotAllowed: `by` is no superuser.
        Invalid: a number out of range.
    """
    if by is not None and not by.is_superuser:
        raise NotAllowed("The quota of a team is set by whoever runs the server.")
    _check(limits, None)
    with transaction.atomic():
        _save(Quota.TEAM, team.pk, limits)
        count_anew(team.pk, Project.objects.filter(team=team).select_related("team"))
        audit.record("quota.changed", by=by, target=team, team=team, limits=limits)


def quota_of(kind: str, target_id: int) -> Quota | None:
    """The limits of a team or project; None without any."""
    return Quota.objects.filter(kind=kind, target_id=target_id).first()


def quotas_of(project: Project) -> dict[str, Quota]:
    """Those of the project and of its team, where there are any, by one statement."""
    rows = Quota.objects.filter(kind=Quota.PROJECT, target_id=project.pk)
    rows |= Quota.objects.filter(kind=Quota.TEAM, target_id=project.team_id)
    return {quota.kind: quota for quota in rows}


def used_of(quota: Quota | None, **used: int) -> list[Used]:
    """What is used of each limit, where `used` says how much there is of what."""
    return [Used(what, used[what], getattr(quota, what, None)) for what in KINDS]


def check_runs(project: Project) -> None:
    """Before a run is added, in its transaction, which holds the project's row.

    Raises:
        QuotaExceeded: project or team have as many runs as they may.
    """
    for kind, quota in quotas_of(project).items():
        if quota.points is not None:
            start_counting(project)
        if quota.runs is not None:
            projects = _projects(kind, quota)
            used = Run.objects.filter(project_id__in=projects).count()
            if used >= quota.runs:
                raise refusal(_with_team(project), kind, "runs", quota.runs, used)


def check_bytes(project_id: int, more: int) -> None:
    """Before files of `more` bytes are added; with the lock of the project's files.

    Raises:
        QuotaExceeded: they do not fit into what project and team may have.
    """
    project = Project.objects.select_related("team").get(pk=project_id)
    for kind, quota in quotas_of(project).items():
        if quota.bytes is not None:
            used = bytes_of(_projects(kind, quota))
            if used + more > quota.bytes:
                raise refusal(project, kind, "bytes", quota.bytes, used)


def bytes_left(project_id: int) -> int | None:
    """How many bytes of files may still come; None without a limit."""
    project = Project.objects.get(pk=project_id)
    left = [
        quota.bytes - bytes_of(_projects(kind, quota))
        for kind, quota in quotas_of(project).items()
        if quota.bytes is not None
    ]
    return max(0, min(left)) if left else None


def recount_due() -> None:
    """One step of the schedule: count the points of all that have a limit anew."""
    limited = Quota.objects.filter(points__isnull=False)
    teams = set(limited.filter(kind=Quota.TEAM).values_list("target_id", flat=True))
    own = set(limited.filter(kind=Quota.PROJECT).values_list("target_id", flat=True))
    projects = Project.objects.select_related("team")
    for project in [*projects.filter(team_id__in=teams), *projects.filter(pk__in=own)]:
        with transaction.atomic():
            count_anew(project.team_id, [project])


def count_moved(sender: Project, **_signal: Any) -> None:
    """A project came to another team, whose limit it shares from now on."""
    count_anew(sender.team_id, [sender])


def use_of_projects(project_ids: list[int]) -> dict[str, int]:
    """How many runs, points and bytes of files some projects have now, exactly."""
    return {
        "runs": Run.objects.filter(project_id__in=project_ids).count(),
        "points": sum(sizing.points_of_project(one) for one in project_ids),
        "bytes": bytes_of(project_ids),
    }


def _projects(kind: str, quota: Quota) -> list[int]:
    """The projects that share a limit; of a team's, nobody else decides until the commit."""
    if kind == Quota.PROJECT:
        return [quota.target_id]
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            key = quota.target_id % 2**31
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, key])
    return list(Project.objects.filter(team_id=quota.target_id).values_list("pk", flat=True))


def bytes_of(project_ids: list[int]) -> int:
    """What the files of some projects take, each content once a project."""
    stored = ArtifactBlob.objects.filter(project_id__in=project_ids)
    return int(stored.aggregate(total=Sum("bytes"))["total"] or 0)


def _with_team(project: Project) -> Project:
    return Project.objects.select_related("team").get(pk=project.pk)


def _check(limits: dict[str, Any], team: Quota | None) -> None:
    for what in KINDS:
        limit, most = limits.get(what), getattr(team, what, None)
        if limit is None:
            continue
        if not 0 <= limit <= MOST:
            raise Invalid(f"A limit is a number from 0 to {MOST:,}.", code="quota")
        if most is not None and limit > most:
            raise Invalid(
                f"The team may have {most:,} {what} in all: a project cannot have more.",
                code="quota-of-team",
            )


def _save(kind: str, target_id: int, limits: dict[str, Any]) -> None:
    chosen = {what: limits.get(what) for what in KINDS}
    if all(limit is None for limit in chosen.values()):
        Quota.objects.filter(kind=kind, target_id=target_id).delete()
        return
    Quota.objects.update_or_create(
        kind=kind, target_id=target_id, defaults={**chosen, "changed_at": timezone.now()}
    )
