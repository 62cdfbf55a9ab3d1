"""The versions of a project's models, and each of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.errors import Invalid, Missing
from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest
from runs.pages.overview import glances
from runs.pages.versions import model_card, runs_with, version_of, versions_of

from ..queries import project_for_user

LARGEST = 2**31 - 1


@require_safe
def versions(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """All versions, the newest first, page by page."""
    project = project_for_user(request.user, team_slug, project_slug)
    objective = glances([project])[project.pk].objective
    below = _number(request.GET.get("below", ""))
    found, has_more = versions_of(project, objective, below=below)
    context = {"project": project, "objective": objective, "versions": found}
    return render(request, "projects/versions.html", context | {"has_more": has_more})


@require_safe
def version(
    request: PageRequest, team_slug: str, project_slug: str, version_number: int
) -> HttpResponse:
    """One version; `against` names another that it is compared with, by default the one before.

    Raises:
        Missing: there is none of this number.
    """
    project = project_for_user(request.user, team_slug, project_slug)
    objective = glances([project])[project.pk].objective
    found, others = version_of(project, min(version_number, LARGEST), objective)
    if found is None:
        raise Missing
    against = _number(request.GET.get("against", "")) or found.before
    if against is not None and (against == found.number or against > LARGEST):
        raise Invalid(f"“{against}” is not the number of another version.")
    context = {
        "project": project,
        "objective": objective,
        "version": found,
        "others": others,
        "against": against,
        "runs": runs_with(project, found.number),
        **model_card(project, found.number, against),
    }
    return render(request, "projects/version.html", context)


def _number(text: str) -> int | None:
    """A number as an address gives it; None for none.

    Raises:
        Invalid: it is something else.
    """
    number = whole_number(text)
    if text and number is None:
        raise Invalid(f"“{text[:40]}” is not the number of a version.")
    return number
