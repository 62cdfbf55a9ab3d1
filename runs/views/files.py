"""Files of a run: listed, taken away, and, where they are images, shown."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.web.numbers import whole_number
from ahnb_platform.web.typed import PageRequest

from .. import queries
from ..artifacts import serving
from ..artifacts.reading import artifact_of
from ..models import Run
from ..pages.files import files_of, versions_of

LONGEST_NAME = 255


@require_safe
def files(request: PageRequest, run_id: UUID) -> HttpResponse:
    """A page of the names, or of the versions of `name`; for htmx only the list."""
    run = queries.run_for_user(request.user, run_id)
    name = _text(request, "name")
    if name:
        return _versions(request, run, name)
    found = files_of(run, _text(request, "find"), _page(request))
    template = "runs/_files_list.html" if request.htmx else "runs/files.html"
    return render(request, template, {"run": run, "files": found, "is_part": bool(request.htmx)})


@require_safe
def file(request: PageRequest, run_id: UUID, artifact_id: UUID) -> HttpResponseBase:
    """The bytes of a file, as an attachment."""
    run = queries.run_for_user(request.user, run_id)
    return serving.download(request, artifact_of(run, artifact_id))


@require_safe
def image(request: PageRequest, run_id: UUID, artifact_id: UUID) -> HttpResponseBase:
    """An image by its first bytes, to be shown within a page."""
    run = queries.run_for_user(request.user, run_id)
    return serving.preview(artifact_of(run, artifact_id))


def _versions(request: PageRequest, run: Run, name: str) -> HttpResponse:
    found = versions_of(run, name, _page(request))
    template = "runs/_file_versions.html" if request.htmx else "runs/file_versions.html"
    return render(request, template, {"run": run, "versions": found, "is_part": request.htmx})


def _text(request: PageRequest, parameter: str) -> str:
    return request.GET.get(parameter, "").replace("\0", "")[:LONGEST_NAME]


def _page(request: PageRequest) -> int:
    """The first one for whatever is no number."""
    return whole_number(request.GET.get("page", "")) or 1
