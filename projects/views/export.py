"""The runs of a project's summary as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.text import slugify

from ahnb_platform.web.typed import PageRequest
from runs import queries
from runs.pages.columns import Column
from runs.pages.overview import glances
from runs.pages.table import choose
from runs.params import text_of

from ..models import Project
from ..queries import project_for_user
from .state import parse_state
from .summary import default_order

PAGE = 1000
# A spreadsheet would run a cell that begins with one of these as a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
FIXED = ("number", "name", "id", "status", "started", "seconds", "user")


def runs_csv(request: PageRequest, team_slug: str, project_slug: str) -> StreamingHttpResponse:
    """Every run of filter and brushes, in the order and with the columns of the page."""
    project = project_for_user(request.user, team_slug, project_slug)
    state = parse_state(request.GET)
    objective = glances([project])[project.pk].objective
    columns = choose(project, state.columns, objective).shown
    pages = _pages(project, state.query, state.order or default_order(objective))
    first = next(pages)  # here, so that a faulty filter is answered with a page that says so
    name = slugify(project.slug) or "runs"
    return StreamingHttpResponse(
        _lines(columns, first, pages),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _pages(project: Project, q: str, order: str) -> Iterator[Sequence[Any]]:
    cursor: str | None = None
    while True:
        page = queries.search_runs(project=project, q=q, order=order, limit=PAGE, cursor=cursor)
        yield page.runs
        cursor = page.next_cursor
        if cursor is None:
            return


def _lines(
    columns: Sequence[Column], first: Sequence[Any], pages: Iterator[Sequence[Any]]
) -> Iterator[str]:
    yield _line([*FIXED, *(column.key for column in columns)])
    for runs in (first, *pages):
        for run in runs:
            yield _line([*_fixed(run), *(column.value(run) for column in columns)])


def _fixed(run: Any) -> list[Any]:
    user = run.user.email if run.user else ""
    return [
        run.number,
        run.name,
        str(run.id),
        run.shown_status,
        run.started_at,
        run.duration_seconds,
        user,
    ]


def _line(values: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_cell(value) for value in values])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = value.isoformat() if isinstance(value, datetime) else text_of(value)
    return f"'{text}" if text.startswith(FORMULAS) else text
