"""The notes of a project: what people and notebooks remarked on its runs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.accounts.models import Role
from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest
from runs.notes import search_notes
from runs.pages.noted import shown

from ..queries import project_for_user

LONGEST_FIND = 255


@require_safe
def notes(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """A page of them, the newest first: of all runs or of one, with the words looked for."""
    project = project_for_user(request.user, team_slug, project_slug)
    find = request.GET.get("find", "").replace("\0", "").strip()[:LONGEST_FIND]
    number = whole_number(request.GET.get("run", "")) or None
    found = search_notes(project, find=find, number=number, cursor=request.GET.get("cursor", ""))
    context = {
        "project": project,
        "is_editor": project.role >= Role.EDITOR,
        "notes": shown(project, found.notes),
        "next_cursor": found.next_cursor,
        "find": find,
        "number": number,
        "is_first": not request.GET.get("cursor"),
    }
    return render(request, "projects/notes.html", context)
