"""Runs that lists leave out: those in the archive and those in the trash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..life.purging import kept_for
from ..models import Quote, Run
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


@dataclass(frozen=True)
class Lying:
    """A run in such a place: since when, and of one in the trash more.

    Attributes:
        who: the person, or the rule, that put it there.
        goes_at: when it is deleted for good; None where that is not due.
        kept_for: why it is not, as for a frozen or quoted run.
    """

    run: Run
    since: datetime | None
    who: str = ""
    goes_at: datetime | None = None
    kept_for: str = ""


def lying_of(project: Project, place: Place, runs: list[Run]) -> list[Lying]:
    """The runs of a page with what is told of each, by two statements."""
    if place.holds is not TRASHED:
        return [Lying(run, place.at(run)) for run in runs]
    people = User.objects.in_bulk([run.trashed_by_id for run in runs if run.trashed_by_id])
    of_runs = Quote.objects.filter(project_id=project.pk, run_id__in=[run.id for run in runs])
    quotes = dict(of_runs.values_list("run_id").annotate(Count("run_id")))
    return [_in_trash(project, run, people, quotes.get(run.id, 0)) for run in runs]


def _in_trash(project: Project, run: Run, people: dict[int, User], quotes: int) -> Lying:
    who = str(people.get(run.trashed_by_id or 0, "")) or run.trashed_for
    kept = kept_for(run, quotes)
    goes_at = None
    if not kept and run.trashed_at and project.trash_days is not None:
        goes_at = run.trashed_at + timedelta(days=project.trash_days)
    return Lying(run, run.trashed_at, who, goes_at, kept)


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
