"""Runs that lists leave out: those in the archive and those in the trash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, Q

from projects.models import Project

from ..models import Run
from ..queries import completed, whole_runs

ROWS = 50
TRASHED = Q(trashed_at__isnull=False)
ARCHIVED = Q(trashed_at=None, archived_at__isnull=False)


@dataclass(frozen=True)
class Place:
    """Where runs lie aside, and the act of `runs:place` that brings one back."""

    name: str
    title: str
    holds: Q
    since: str
    way_back: str
    words: str

    def at(self, run: Run) -> datetime | None:
        """Since when the run lies there."""
        moment: datetime | None = getattr(run, self.since)
        return moment


PLACES = {
    place.name: place
    for place in (
        Place("archived", "Archived runs", ARCHIVED, "archived_at", "unarchive", "Take out"),
        Place("trash", "Runs in the trash", TRASHED, "trashed_at", "restore", "Restore"),
    )
}


def runs_aside(project: Project, place: Place, number: str | None) -> tuple[Page[Run], list[Run]]:
    """One page of the runs there, the latest to come first; and its runs with all that belongs.

    Args:
        number: of the page, as an address says it; the nearest page where there is none such.
    """
    rows = whole_runs(project).filter(place.holds)
    page = Paginator(rows.order_by(F(place.since).desc(), "-id"), ROWS).get_page(number)
    return page, completed(list(page.object_list), project)


def ids_aside(project: Project, place: Place, most: int) -> list[UUID]:
    """The ids of the runs there, at most so many."""
    rows = Run.objects.filter(place.holds, project_id=project.pk)
    return list(rows.values_list("id", flat=True)[:most])
