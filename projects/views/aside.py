"""The runs of a project that lie in its archive or in its trash."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from ahnb_platform.accounts.models import Role
from ahnb_platform.web.typed import PageRequest
from runs.pages.aside import Place, runs_aside

from ..models import Project


def aside(request: PageRequest, project: Project, place: Place) -> HttpResponse:
    """A table of them; editors bring them back."""
    page, runs = runs_aside(project, place, request.GET.get("page"))
    context = {
        "project": project,
        "is_editor": project.role >= Role.EDITOR,
        "place": place,
        "page": page,
        "rows": [(run, place.at(run)) for run in runs],
    }
    return render(request, "projects/aside.html", context)
