"""Dividing what is left of a limit on points among the rows that batches are counted in.

Each project has a few such rows (`runs.metrics.room`), whose ceilings together never exceed what
project and team may have. When a batch finds its row full, all rows that share the limit are
locked, so that every batch before is counted, and what is left is divided anew: first to the row
of the batch, the rest evenly. So a batch is refused exactly if it fits nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from projects.models import Project

from ..ids import RunKey
from ..metrics import room, sizing
from ..models import PointsRoom, Quota
from .refusing import QuotaExceeded, refusal

UNLIMITED = 2**62
# How long a process refuses by itself what did not fit.
REFUSED_SECONDS = 0.5


@dataclass(frozen=True)
class Limits:
    """What a project, and its team with all projects together, may have; None without a limit."""

    project: int | None
    team: int | None


# By project: until when, from how many points on, and what is said.
_refused: dict[int, tuple[float, int, QuotaExceeded]] = {}


def make_room(key: RunKey, need: int) -> None:
    """Let the row of a run take `need` points more.

    Raises:
        QuotaExceeded: the project or its team has no room for them.
    """
    until, least, told = _refused.get(key.project_id, (0.0, 0, None))
    if told is not None and need >= least and time.monotonic() < until:
        raise QuotaExceeded(told.detail, told.quota)
    project = Project.objects.select_related("team").get(pk=key.project_id)
    try:
        with transaction.atomic():
            _divide(project, room.shard_of(key.id), need)
    except QuotaExceeded as error:
        _refused[key.project_id] = (time.monotonic() + REFUSED_SECONDS, need, error)
        raise


def count_anew(team_id: int, projects: Iterable[Project]) -> None:
    """Count the points of some projects of a team, and make, divide or drop their rows.

    Inside the caller's transaction. Batches that are under way while a limit is set for the first
    time may not be counted; the next time they are.
    """
    _refused.clear()
    _locked(team_id)
    limited = None
    for project in projects:
        limits = limits_of(project)
        if limits.project is None and limits.team is None:
            PointsRoom.objects.filter(project_id=project.pk).delete()
        else:
            limited = project
            _settle(project.pk)
    if limited is not None:
        _divide(limited, 0, 0)
    room.forget()
    transaction.on_commit(room.forget)


def start_counting(project: Project) -> None:
    """Give a project of a team with a limit its rows, if it has none. In a transaction."""
    if not PointsRoom.objects.filter(project_id=project.pk).exists():
        count_anew(project.team_id, [project])


def limits_of(project: Project) -> Limits:
    """As they stand."""
    own = Quota.objects.filter(kind=Quota.PROJECT, target_id=project.pk)
    team = Quota.objects.filter(kind=Quota.TEAM, target_id=project.team_id)
    return Limits(*(rows.values_list("points", flat=True).first() for rows in (own, team)))


def _locked(team_id: int) -> list[PointsRoom]:
    """The rows of all projects of a team, once every batch that is counted in them is stored."""
    projects = Project.objects.filter(team_id=team_id).values("pk")
    rows = PointsRoom.objects.filter(project_id__in=projects).order_by("project_id", "shard")
    return list(rows.select_for_update())


def _settle(project_id: int) -> None:
    """Make the rows that the project lacks, and write into them what it really has."""
    new = [PointsRoom(project_id=project_id, shard=shard) for shard in range(room.SHARDS)]
    PointsRoom.objects.bulk_create(new, ignore_conflicts=True)
    points = sizing.points_of_project(project_id)
    rows = PointsRoom.objects.filter(project_id=project_id)
    rows.update(points=0, ceiling=0)
    rows.filter(shard=0).update(points=points, ceiling=points)


def _divide(project: Project, shard: int, need: int) -> None:
    """Give `need` to one row and the rest evenly to all; raises QuotaExceeded."""
    locked = _locked(project.team_id)
    # Only now: who changes a limit waits for these rows, too.
    limits, used = limits_of(project), _used(locked)
    _refuse(project, limits, used, need)
    shares = _shares(project, limits, used, need)
    for row in locked:
        extra = need if (row.project_id, row.shard) == (project.pk, shard) else 0
        row.ceiling = row.points + shares[row.project_id] // room.SHARDS + extra
    PointsRoom.objects.bulk_update(locked, ["ceiling"])


def _used(rows: list[PointsRoom]) -> dict[int, int]:
    used: dict[int, int] = {}
    for row in rows:
        used[row.project_id] = used.get(row.project_id, 0) + row.points
    return used


def _refuse(project: Project, limits: Limits, used: dict[int, int], need: int) -> None:
    own, team = used.get(project.pk, 0), sum(used.values())
    for kind, limit, count in (
        (Quota.PROJECT, limits.project, own),
        (Quota.TEAM, limits.team, team),
    ):
        if need and limit is not None and count + need > limit:
            raise refusal(project, kind, "points", limit, count)


def _shares(project: Project, limits: Limits, used: dict[int, int], need: int) -> dict[int, int]:
    """What each project gets beside `need`: never more than its own limit, or its part of the
    team's, leaves it."""
    own = Quota.objects.filter(kind=Quota.PROJECT, target_id__in=used)
    most = dict(own.values_list("target_id", "points"))
    team = UNLIMITED if limits.team is None else limits.team - sum(used.values()) - need
    part = max(0, team) // max(1, len(used))
    shares = {}
    for key, count in used.items():
        limit = most.get(key)
        taken = count + (need if key == project.pk else 0)
        shares[key] = max(0, min(part, UNLIMITED if limit is None else limit - taken))
    return shares
