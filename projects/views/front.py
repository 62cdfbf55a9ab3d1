"""What goes on in a project: pinned runs, what happened lately, what is worth a look."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.accounts.models import Role
from ahnb_platform.web.typed import PageRequest
from runs.pages.front import pinned_of, statuses_of, stored_of
from runs.pages.happenings import findings_of, happenings_of
from runs.pages.overview import glances

from ..queries import project_for_user

MOST_IN_PART = 4


@require_safe
def activity(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """A page, for htmx only its part; the summary loads it after itself."""
    project = project_for_user(request.user, team_slug, project_slug)
    glance = glances([project])[project.pk]
    most = MOST_IN_PART if request.htmx else None
    context = {
        "is_part": bool(request.htmx),
        "project": project,
        "is_editor": project.role >= Role.EDITOR,
        "glance": glance,
        "objective": glance.objective,
        "statuses": statuses_of(glance),
        "pinned": pinned_of(project, glance.objective)[:most],
        "happenings": happenings_of(project, glance.objective)[:most],
        "findings": findings_of(project),
        "stored": stored_of(project),
    }
    name = "projects/_front.html" if request.htmx else "projects/activity.html"
    return render(request, name, context)
