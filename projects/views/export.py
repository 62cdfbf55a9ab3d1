"""The runs of a project's summary as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from ahnb_platform.web.typed import PageRequest
from runs.export import rows_of
from runs.pages.overview import glances

from ..queries import project_for_user
from .state import parse_state
from .summary import default_order


@require_safe
def runs_csv(request: PageRequest, team_slug: str, project_slug: str) -> StreamingHttpResponse:
    """Every run of filter and brushes in the page's order, with all that was recorded of it."""
    project = project_for_user(request.user, team_slug, project_slug)
    state = parse_state(request.GET)
    lines = rows_of(
        project,
        q=state.query,
        order=state.order or default_order(glances([project])[project.pk].objective),
        cursor=None,
        limit=None,
        is_fresh=True,
        address=request.build_absolute_uri("/").rstrip("/"),
    )
    # The first line is read here, so that a faulty filter is answered with a page that says so.
    first = next(lines)
    name = f"{project.team.slug}-{project.slug}-runs.csv"
    return StreamingHttpResponse(
        _joined(first, lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _joined(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
