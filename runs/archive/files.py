"""The files of a run within its archive."""

from __future__ import annotations

from collections.abc import Iterator

from ahnb_platform.api.answers import dumps

from ..artifacts import storage
from ..artifacts.models import Artifact
from ..artifacts.reading import artifact_document, every
from ..artifacts.serving import every_piece
from ..models import Run
from .zipping import StreamedZip


def attached(run: Run, made: StreamedZip) -> Iterator[bytes]:
    """Each content once, under its hash, and `artifacts.json` with what is called how.

    Names of files are told in the index alone: nothing that a person wrote becomes a path on the
    disk of whoever unpacks the archive.
    """
    lost: set[str] = set()
    for artifact in every(run).order_by("sha256", "id").distinct("sha256").iterator(chunk_size=100):
        if not storage.has_blob(run.project_id, artifact.sha256):
            lost.add(artifact.sha256)
            continue
        yield from made.add(_path(artifact), every_piece(artifact), is_packed=False)
    yield from made.add("artifacts.json", _index(run, lost))


def _index(run: Run, lost: set[str]) -> Iterator[bytes]:
    """A list, one artifact a line; those whose bytes the storage lost have no file."""
    before = b"["
    for artifact in every(run).order_by("id").iterator(chunk_size=100):
        path = None if artifact.sha256 in lost else _path(artifact)
        yield before + dumps(artifact_document(artifact) | {"file": path})
        before = b",\n"
    yield b"]"


def _path(artifact: Artifact) -> str:
    return f"files/{artifact.sha256}"
