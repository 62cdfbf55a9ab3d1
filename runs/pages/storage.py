"""How much room a project and a team take, and how much they may: what the pages show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from ahnb_platform.accounts.models import Team
from projects.models import Project

from ..artifacts.services import used_bytes
from ..life.measuring import (
    AT_ONCE,
    ORDERS,
    Size,
    Sized,
    largest_runs,
    measure,
    size_of_project,
    sizes_of_people,
    sizes_of_projects,
    together,
)
from ..life.quotas import Used, bytes_of, quota_of, quotas_of, used_of
from ..metrics.sizing import count_flagged
from ..models import Quota
from .paging import nearest_page, on_page

ROWS = 50
# The columns of the table of runs, and what each is sorted by.
HEADS = (
    ("points", "Points", "points"),
    ("points_bytes", "of points", "points_bytes"),
    ("files_bytes", "of files", "files_bytes"),
    ("media_bytes", "of media", "media_bytes"),
    ("documents_bytes", "of the record", "documents_bytes"),
    ("bytes", "all", "bytes"),
)


@dataclass(frozen=True)
class Part:
    """The room of a project or person beside others, and its part of each limit there is."""

    size: Size
    of_quota: list[Used]


@dataclass(frozen=True)
class ProjectRoom:
    """One page of a project's runs by their room, and all of them together.

    Attributes:
        uncounted: runs that changed and are not in these numbers yet.
        stored_files: what its files take on the disk, each content once.
        files_most: what they may, None without a limit.
    """

    size: Size
    uncounted: int
    stored_files: int
    files_most: int | None
    quota: Quota | None
    limits: list[Used]
    team_has_limits: bool
    rows: list[Sized]
    people: list[Part]
    order: str
    page: int
    pages: int


@dataclass(frozen=True)
class TeamRoom:
    """What the projects and the people of a team take, the most first.

    Attributes:
        trash: of all its projects in the trash together, or of none.
    """

    size: Size
    projects: list[Part]
    trash: list[Part]
    people: list[Part]
    limits: list[Used]


def room_of_project(project: Project, *, order: str, page: int, by_people: bool) -> ProjectRoom:
    """Counted up to now, but for a project in which very many runs changed."""
    changed = count_flagged(project.pk)
    counted = measure(project.pk, most=AT_ONCE) if changed else 0
    size, stored, quotas = size_of_project(project), used_bytes(project.pk), quotas_of(project)
    order = order if order in ORDERS else "bytes"
    page, pages = nearest_page(page, size.runs, ROWS)
    rows = [] if by_people else largest_runs(project, order, on_page(page, ROWS).start, ROWS)
    own = quotas.get(Quota.PROJECT)
    return ProjectRoom(
        size=size,
        uncounted=max(0, changed - counted),
        stored_files=stored,
        files_most=settings.ARTIFACT_PROJECT_BYTES or None,
        quota=own,
        limits=used_of(own, runs=size.runs, points=size.points, bytes=stored) if own else [],
        team_has_limits=Quota.TEAM in quotas,
        rows=rows,
        people=parts_of(sizes_of_people([project]), own) if by_people else [],
        order=order,
        page=page,
        pages=pages,
    )


def room_of_team(team: Team, projects: Iterable[Project]) -> TeamRoom:
    """As it was counted last; the background work counts within a minute of a change."""
    projects = list(projects)
    sizes = sizes_of_projects(projects)
    size, own = together(team, sizes), quota_of(Quota.TEAM, team.pk)
    stored = bytes_of([project.pk for project in projects])
    limits = used_of(own, runs=size.runs, points=size.points, bytes=stored) if own else []
    shown = [one for one in sizes if one.what.trashed_at is None]
    hidden = [one for one in sizes if one.what.trashed_at is not None]
    trash = [together(None, hidden)] if hidden else []
    return TeamRoom(
        size=size,
        projects=parts_of(shown, own),
        trash=parts_of(trash, own),
        people=parts_of(sizes_of_people(projects), own),
        limits=limits,
    )


def parts_of(sizes: Iterable[Size], quota: Quota | None) -> list[Part]:
    """The sizes with what each is of the quota; a file counts for every run that has it."""
    return [Part(one, _of_quota(one, quota)) for one in sizes]


def _of_quota(size: Size, quota: Quota | None) -> list[Used]:
    used = used_of(quota, runs=size.runs, points=size.points, bytes=size.files_bytes)
    return [one for one in used if one.limit is not None]
