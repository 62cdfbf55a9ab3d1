"""A run to take away: as an archive, or as a page that needs no server."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from ahnb_platform.web.typed import PageRequest

from ..archive.archive import archive_of
from ..archive.page import page_of
from ..archive.recorded import record_export
from .quotes import server_of


@require_safe
def archive(request: PageRequest, run_id: UUID) -> StreamingHttpResponse:
    """All that is recorded of the run, as a zip of JSON and CSV."""
    record_export(request.user, run_id, "archive")
    parts = archive_of(request.user, run_id, server=server_of(request), within=None)
    return download(parts, "application/zip", f"run-{run_id}.zip")


@require_safe
def static_page(request: PageRequest, run_id: UUID) -> StreamingHttpResponse:
    """The run as one HTML file."""
    record_export(request.user, run_id, "page")
    parts = page_of(request.user, run_id, server=server_of(request), within=None)
    return download(parts, "text/html; charset=utf-8", f"run-{run_id}.html")


def download(parts: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """A file that is made while it is sent; its first part is made here.

    So a run that may not be seen is answered as everywhere.
    """
    first = next(parts)
    return StreamingHttpResponse(
        _joined(first, parts),
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
