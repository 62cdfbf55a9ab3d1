"""Handing a file out so that no browser can do anything with it but save it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

from ahnb_platform.errors import Missing

from . import kinds, storage
from .models import Artifact

PIECE_BYTES = 256 * 1024
A_DAY = 86_400
LOST = "The server’s storage has lost the bytes of this file."
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def download(request: HttpRequest, artifact: Artifact) -> HttpResponseBase:
    """The file as an attachment of no particular type; a part of it where a range is asked.

    Raises:
        Missing: the storage lost it.
    """
    tag = f'"{artifact.sha256}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = _body(request, artifact, tag)
        response["Accept-Ranges"] = "bytes"
    disposition = content_disposition_header(True, artifact.filename)
    response["Content-Disposition"] = disposition or "attachment"
    response["ETag"] = tag
    return _inert(response, kinds.UNKNOWN, "private, no-cache")


def preview(artifact: Artifact) -> HttpResponseBase:
    """An image to be shown within a page, as the type that its first bytes said it is.

    Raises:
        Missing: it is no image of the four kinds, is too large, or the storage lost it.
    """
    if not artifact.has_preview:
        raise Missing
    _refuse_lost(artifact)
    response = StreamingHttpResponse(every_piece(artifact))
    response["Content-Length"] = str(artifact.bytes)
    return _inert(response, artifact.content_type, f"private, max-age={A_DAY}, immutable")


def every_piece(artifact: Artifact) -> Iterator[bytes]:
    """All its bytes, some at a time."""
    return _pieces(artifact, 0, artifact.bytes)


def _inert(response: HttpResponseBase, content_type: str, cached: str) -> HttpResponseBase:
    """Nothing in the answer may run, be framed, or be taken for anything else."""
    response["Content-Type"] = content_type
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = cached
    return response


def _body(request: HttpRequest, artifact: Artifact, tag: str) -> HttpResponseBase:
    part = _asked_part(request, artifact.bytes, tag)
    if part is not None and part[0] >= part[1]:
        beyond = HttpResponse(status=416)
        beyond["Content-Range"] = f"bytes */{artifact.bytes}"
        return beyond
    _refuse_lost(artifact)
    start, stop = part or (0, artifact.bytes)
    response = StreamingHttpResponse(_pieces(artifact, start, stop), status=206 if part else 200)
    response["Content-Length"] = str(stop - start)
    if part:
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{artifact.bytes}"
    return response


def _refuse_lost(artifact: Artifact) -> None:
    if not storage.has_blob(artifact.project_id, artifact.sha256):
        raise Missing(LOST)


def _asked_part(request: HttpRequest, size: int, tag: str) -> tuple[int, int] | None:
    """Begin and end (exclusive) of the one range that is asked for (RFC 9110, 14.2).

    None for the whole: no range, several, none that can be read, or one of other bytes (If-Range).
    """
    match = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or not any(match.groups()):
        return None
    if request.headers.get("If-Range", tag) != tag:
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size if int(last) else 0
    stop = min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return None
    return int(first), stop


def _pieces(artifact: Artifact, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from `start` to before `stop`; opened only once somebody takes them."""
    left = stop - start
    with storage.open_blob(artifact.project_id, artifact.sha256) as file:
        file.seek(start)
        while left and (piece := file.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece
