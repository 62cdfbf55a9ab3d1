"""The runs of a project's summary as files: all that was recorded, or the table to quote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ahnb_platform.accounts import audit
from ahnb_platform.errors import Missing
from ahnb_platform.web.quoting import latex, markdown
from ahnb_platform.web.typed import PageRequest
from runs.export import csv_table, rows_of
from runs.pages.overview import glances
from runs.pages.quotable import MOST_ROWS, Quotable, groups_table, runs_table
from runs.pages.table import choose

from ..models import Project
from ..queries import project_for_user
from .groups import grouped_by
from .state import SummaryState, parse_state, saved_part
from .summary import order_of

FORMS = {"latex": ("LaTeX", "tex"), "markdown": ("Markdown", "md")}
LONGEST_TOLD = 2000
KINDS = {"tex": "application/x-tex", "md": "text/markdown", "csv": "text/csv"}


@require_safe
def runs_csv(request: PageRequest, team_slug: str, project_slug: str) -> StreamingHttpResponse:
    """Every run of filter and brushes in the page's order, with all that was recorded of it."""
    project = project_for_user(request.user, team_slug, project_slug)
    state = parse_state(request.GET)
    lines = rows_of(
        project,
        q=state.query,
        order=order_of(state, glances([project])[project.pk].objective),
        cursor=None,
        limit=None,
        is_fresh=True,
        address=request.build_absolute_uri("/").rstrip("/"),
    )
    # The first line is read here, so that a faulty filter is answered with a page that says so.
    first = next(lines)
    record_export(request, project, "csv")
    name = f"{project.team.slug}-{project.slug}-runs.csv"
    return StreamingHttpResponse(
        _joined(first, lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def record_export(request: PageRequest, project: Project, form: str) -> None:
    """That runs of the project leave the server as a file is on record."""
    told: dict[str, Any] = {
        "path": project.path,
        "form": form,
        "q": request.GET.get("q", "")[:LONGEST_TOLD],
    }
    audit.record("export.runs", by=request.user, target=project, team=project.team, **told)


def _joined(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


@require_safe
def export(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The table as a text to copy, and where to get it as a file."""
    project = project_for_user(request.user, team_slug, project_slug)
    title, ending = FORMS.get(request.GET.get("form", ""), FORMS["latex"])
    state = parse_state(request.GET)
    table = _table(request, project, state)
    kept = saved_part(request.GET.urlencode())
    name = f"table.{ending}"
    context = {
        "project": project,
        "title": title,
        "table": table,
        "text": _text(request, project, state, table, ending),
        "view_address": f"{project.get_absolute_url()}?{kept}",
        "file_address": f"{project.get_absolute_url()}{name}?{kept}",
        "file_name": name,
    }
    return render(request, "projects/export.html", context)


@require_safe
def table_file(
    request: PageRequest, team_slug: str, project_slug: str, ending: str
) -> HttpResponse:
    """The table of the page, grouped or not, as a file."""
    project = project_for_user(request.user, team_slug, project_slug)
    if ending not in KINDS:
        raise Missing
    state = parse_state(request.GET)
    text = _text(request, project, state, _table(request, project, state), ending)
    record_export(request, project, f"table.{ending}")
    name = f"{project.team.slug}-{project.slug}-table.{ending}"
    return HttpResponse(
        text,
        content_type=f"{KINDS[ending]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _table(request: PageRequest, project: Project, state: SummaryState) -> Quotable:
    """Raises QueryError for a faulty filter, which is answered with a page that says so."""
    objective = glances([project])[project.pk].objective
    choice = choose(project, state.columns, objective)
    server = _server(request)
    if state.is_grouped:
        found = grouped_by(project, state, choice, objective, MOST_ROWS)
        return groups_table(project, found, q=state.query, server=server)
    order = order_of(state, objective)
    return runs_table(project, q=state.query, order=order, columns=choice.table, server=server)


def _text(
    request: PageRequest, project: Project, state: SummaryState, table: Quotable, ending: str
) -> str:
    if ending == "csv":
        return csv_table(table.head, table.rows)
    write = latex if ending == "tex" else markdown
    return write(table.head, table.rows, _comments(request, project, state, table))


def _comments(
    request: PageRequest, project: Project, state: SummaryState, table: Quotable
) -> list[str]:
    """What a reader needs to find the numbers again."""
    kept = saved_part(request.GET.urlencode())
    some = f", the first {len(table.rows)}" if table.total > len(table.rows) else ""
    comments = [
        f"{project.path}: {table.total} {'group' if state.is_grouped else 'run'}"
        f"{'' if table.total == 1 else 's'}{some},"
        f" {timezone.now():%Y-%m-%d %H:%M} UTC",
        f"{_server(request)}{project.get_absolute_url()}{'?' + kept if kept else ''}",
    ]
    return [*comments, f"filter: {state.query}"] if state.query else comments


def _server(request: PageRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
