"""Counting how much room runs take, and what is told of it: of a run, person, project, team.

A run is counted once after it changed, by the schedule, by `manage.py sizes` and by the pages
that show it; they all read what was counted. Bytes are those of rows, without indexes, and of
files; a file that several runs of a project have lies on the disk once but counts for each.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..metrics import sizing
from ..models import Run, RunSize

LOCK = 0x53495A45
AT_ONCE = 200
STEP_SECONDS = 10.0

_DOCUMENTS = ("runs_rundocument", "runs_runevent", "runs_runparam", "runs_note", "runs_finding")
_ROWS = (
    "SELECT run_id, sum(bytes) AS bytes FROM (SELECT t.run_id, pg_column_size(t.*) AS bytes"
    " FROM {table} t JOIN flagged USING (run_id) WHERE t.project_id = %(project)s) AS parts"
    " GROUP BY run_id"
)
_ALL_DOCUMENTS = " UNION ALL ".join(_ROWS.replace("{table}", table) for table in _DOCUMENTS)
MEASURE = f"""
WITH flagged AS MATERIALIZED ({sizing.FLAGGED}),
points AS (SELECT run_id, sum(bytes) AS bytes FROM ({sizing.PARTS}) AS parts GROUP BY run_id),
media AS ({_ROWS.replace("{table}", "runs_runmedia")}),
documents AS (SELECT run_id, sum(bytes) AS bytes FROM ({_ALL_DOCUMENTS}) AS parts GROUP BY run_id),
files AS (
    SELECT run_id, count(*) AS files, sum(a.bytes) AS bytes
    FROM runs_artifact a JOIN flagged USING (run_id)
    WHERE a.project_id = %(project)s GROUP BY run_id
), sized AS (
    INSERT INTO runs_runsize (project_id, run_id, user_id, points, points_bytes, files,
                              files_bytes, media_bytes, documents_bytes, bytes)
    SELECT %(project)s, r.id, r.user_id, f.points, coalesce(p.bytes, 0), coalesce(a.files, 0),
           coalesce(a.bytes, 0), coalesce(m.bytes, 0), coalesce(d.bytes, 0),
           coalesce(p.bytes, 0) + coalesce(a.bytes, 0) + coalesce(m.bytes, 0)
           + coalesce(d.bytes, 0)
    FROM flagged f
    JOIN runs_run r ON r.project_id = %(project)s AND r.id = f.run_id
    LEFT JOIN points p USING (run_id) LEFT JOIN files a USING (run_id)
    LEFT JOIN media m USING (run_id) LEFT JOIN documents d USING (run_id)
    ON CONFLICT (project_id, run_id) DO UPDATE SET
        user_id = excluded.user_id, points = excluded.points,
        points_bytes = excluded.points_bytes, files = excluded.files,
        files_bytes = excluded.files_bytes, media_bytes = excluded.media_bytes,
        documents_bytes = excluded.documents_bytes, bytes = excluded.bytes
)
{sizing.SETTLE}
"""  # noqa: S608

KINDS = ("points_bytes", "files_bytes", "media_bytes", "documents_bytes")
ORDERS = {
    "bytes": ("-bytes", "run_id"),
    "points": ("-points", "run_id"),
    **{name: (f"-{name}", "run_id") for name in KINDS},
}


@dataclass(frozen=True)
class Size:
    """The room of some runs together; `what` is the project, the person or the team."""

    what: Any
    runs: int
    points: int
    points_bytes: int
    files_bytes: int
    media_bytes: int
    documents_bytes: int
    bytes: int


@dataclass(frozen=True)
class Sized:
    """A run and the room it takes."""

    run: Run
    size: RunSize


def measure(project_id: int, *, most: int = AT_ONCE) -> int:
    """Count some of the runs that changed; how many. Nothing while somebody else does."""
    values = {"project": project_id, "most": most, "lock": LOCK, "key": project_id % 2**31}
    with connection.cursor() as cursor:
        cursor.execute(MEASURE, values)
        return cursor.rowcount


def measure_all(project_id: int, *, seconds: float = float("inf")) -> bool:
    """Count all runs of a project that changed; whether some are left when the time is over."""
    end = time.monotonic() + seconds
    while measure(project_id):
        if time.monotonic() > end:
            return True
    return False


def measure_due(*, seconds: float = STEP_SECONDS) -> bool:
    """One step of the schedule, over all projects; whether more waits."""
    end, has_more = time.monotonic() + seconds, False
    for project_id in sizing.flagged_projects(most=1000):
        left = end - time.monotonic()
        if left <= 0:
            return True
        has_more |= measure_all(project_id, seconds=left)
    return has_more


def size_of_project(project: Project) -> Size:
    """All its runs together, those in the archive and in the trash too."""
    found = RunSize.objects.filter(project_id=project.pk).aggregate(**_sums())
    return _size(project, found)


def sizes_of_projects(projects: Iterable[Project]) -> list[Size]:
    """Each project's runs together, the largest first."""
    by_id = {project.pk: project for project in projects}
    rows = RunSize.objects.filter(project_id__in=by_id).values("project_id").annotate(**_sums())
    found: dict[int, Any] = {row["project_id"]: row for row in rows}
    sizes = [_size(project, found.get(key, {})) for key, project in by_id.items()]
    return sorted(sizes, key=lambda size: -size.bytes)


def sizes_of_people(projects: Iterable[Project]) -> list[Size]:
    """What each person's runs take in some projects, the most first; `what` may be None."""
    ids = [project.pk for project in projects]
    sized = RunSize.objects.filter(project_id__in=ids)
    rows: list[Any] = list(sized.values("user_id").annotate(**_sums()))
    people = User.objects.in_bulk([row["user_id"] for row in rows if row["user_id"]])
    sizes = [_size(people.get(row["user_id"]), row) for row in rows]
    return sorted(sizes, key=lambda size: -size.bytes)


def largest_runs(project: Project, order: str, start: int, most: int) -> list[Sized]:
    """Some runs of the project with their room, by one of `ORDERS`."""
    rows = RunSize.objects.filter(project_id=project.pk).order_by(*ORDERS[order])
    sizes = {size.run_id: size for size in rows[start : start + most]}
    runs = Run.objects.filter(project_id=project.pk, id__in=sizes).select_related("user")
    by_id = {run.id: run for run in runs}
    return [Sized(by_id[key], size) for key, size in sizes.items() if key in by_id]


def together(what: Any, sizes: Iterable[Size]) -> Size:
    """Some sizes as one."""
    rows = [{name: getattr(size, name) for name in _sums()} for size in sizes]
    return _size(what, {name: sum(row[name] for row in rows) for name in _sums()})


def _sums() -> dict[str, Any]:
    return {
        "runs": Count("run_id"),
        "points": Sum("points"),
        "bytes": Sum("bytes"),
        **{name: Sum(name) for name in KINDS},
    }


def _size(what: Any, found: dict[str, Any]) -> Size:
    return Size(what, **{name: int(found.get(name) or 0) for name in _sums()})
