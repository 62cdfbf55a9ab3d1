"""Runs by the number that people call them by."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from ahnb_platform.errors import Missing
from ahnb_platform.web.typed import PageRequest
from runs.queries import run_numbered

from ..queries import project_for_user

LARGEST = 2**31 - 1


@require_safe
def run_by_number(
    request: PageRequest, team_slug: str, project_slug: str, number: int
) -> HttpResponse:
    """`…/runs/87/` leads to the page of run #87."""
    project = project_for_user(request.user, team_slug, project_slug)
    if number > LARGEST:
        raise Missing
    return redirect(run_numbered(project, number))
