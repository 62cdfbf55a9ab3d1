"""What mattered in the runs of a view, and what next: a page, for htmx two tiles."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.web.typed import PageRequest
from runs.pages.insights import insights_of, target_of
from runs.pages.overview import glances
from runs.search import QueryError

from ..models import Project
from ..queries import project_for_user
from .state import parse_state, saved_part


@require_safe
def insights(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """For the runs of filter, brushes and picks; `diverged=out` leaves out what gave no number."""
    project = project_for_user(request.user, team_slug, project_slug)
    context = insights_context(request, project)
    name = "projects/_insights.html" if request.htmx else "projects/insights.html"
    return render(request, name, context)


def insights_context(request: PageRequest, project: Project) -> dict[str, Any]:
    """What the page shows; a filter that cannot be read is told, and nothing else."""
    state = parse_state(request.GET)
    glance = glances([project])[project.pk]
    target = target_of(request.GET.get("target", ""), project, glance.objective)
    context = {
        "project": project,
        "state": state,
        "glance": glance,
        "target": target,
        "address": saved_part(request.GET.urlencode()),
    }
    if target is None:
        return context
    with_diverged = request.GET.get("diverged") != "out"
    try:
        found = insights_of(
            project, state.query, target, with_diverged=with_diverged, listed=glance.runs
        )
    except QueryError as error:
        return context | {"error": error}
    return context | found
