"""What may be typed next in the filter of a project's summary, as JSON."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest
from runs.search.completion import completion

from ..queries import project_for_user
from .drawn import json_answer


@require_safe
def complete(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """For the text `q` with the cursor at character `at`; without `at` it stands at the end."""
    project = project_for_user(request.user, team_slug, project_slug)
    text = request.GET.get("q", "").replace("\x00", "")
    at = whole_number(request.GET.get("at", ""))
    return json_answer(asdict(completion(project.pk, text, len(text) if at is None else at)))
