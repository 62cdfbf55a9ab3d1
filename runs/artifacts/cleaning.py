"""Deleting what nothing points at any more: blobs, files that no blob names, broken uploads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from ahnb_platform.backups.lock import is_backup_under_way

from . import storage
from .models import Artifact, ArtifactBlob
from .services import lock_files


@dataclass(frozen=True)
class Cleaned:
    """One thing that was deleted, or would be: what it is, where, and its bytes."""

    what: str
    place: str
    size_bytes: int


def clean(*, before: datetime, is_trial: bool = False) -> Iterator[Cleaned]:
    """Delete what is older than `before` and that nothing points at; of a trial only tell.

    Bytes and their rows are deleted under the lock that uploads take, one by one: whoever sends
    the same bytes meanwhile waits, and then stores them anew. While a backup is made nothing is
    deleted: it may still have to copy them.
    """
    yield from _uploads(before, is_trial=is_trial)
    projects = set(ArtifactBlob.objects.values_list("project_id", flat=True).distinct())
    for project_id in sorted(projects.union(storage.stored_projects())):
        yield from _unused_blobs(project_id, before, is_trial=is_trial)
        yield from _stray_files(project_id, before, is_trial=is_trial)


def drop_unused(project_id: int, hashes: Iterable[str]) -> list[Cleaned]:
    """Delete those of some contents that no file of the project has any more, however young."""
    rows = ArtifactBlob.objects.filter(project_id=project_id, sha256__in=set(hashes))
    return list(_unused(project_id, rows, is_trial=False))


def _uploads(before: datetime, *, is_trial: bool) -> Iterator[Cleaned]:
    """What uploads left whose process was killed."""
    for path in sorted(storage.incoming_folder().glob("upload-*")):
        with suppress(FileNotFoundError):
            found = path.stat()
            if found.st_mtime < before.timestamp():
                if not is_trial:
                    Path(path).unlink()
                yield Cleaned("upload", path.name, found.st_size)


def _unused_blobs(project_id: int, before: datetime, *, is_trial: bool) -> Iterator[Cleaned]:
    rows = ArtifactBlob.objects.filter(project_id=project_id, used_at__lt=before)
    yield from _unused(project_id, rows, is_trial=is_trial)


def _unused(project_id: int, rows: QuerySet[ArtifactBlob], *, is_trial: bool) -> Iterator[Cleaned]:
    """Delete those of the contents that no file has, each under the lock that uploads take."""
    for sha256 in list(rows.order_by("sha256").values_list("sha256", flat=True)):
        with transaction.atomic():
            lock_files(project_id)
            if is_backup_under_way():
                return
            blob = rows.filter(sha256=sha256).first()
            used = Artifact.objects.filter(project_id=project_id, sha256=sha256)
            if blob is None or used.exists():
                continue
            if not is_trial:
                rows.filter(sha256=sha256).delete()
                storage.delete_blob(project_id, sha256)
        yield Cleaned("blob", storage.blob_path(project_id, sha256), blob.bytes)


def _stray_files(project_id: int, before: datetime, *, is_trial: bool) -> Iterator[Cleaned]:
    """Files without a row: their upload came to the storage, and not to its end."""
    for sha256 in list(storage.stored_blobs(project_id)):
        with transaction.atomic():
            lock_files(project_id)
            if is_backup_under_way():
                return
            known = ArtifactBlob.objects.filter(project_id=project_id, sha256=sha256)
            if known.exists() or not storage.is_older(project_id, sha256, before):
                continue
            size = storage.blob_bytes(project_id, sha256)
            if not is_trial:
                storage.delete_blob(project_id, sha256)
        yield Cleaned("file", storage.blob_path(project_id, sha256), size)
