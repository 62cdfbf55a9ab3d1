"""What attaches a file to a run, within the limits."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils import timezone

from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Conflict, Missing, TooLarge
from ahnb_platform.web.formats import size

from ..closed import refuse_trashed
from ..ids import uuid7
from ..life.quotas import bytes_left, check_bytes
from ..life.refusing import QuotaExceeded
from ..metrics import sizing
from ..metrics.records import Frozen
from ..models import Run
from . import kinds, storage
from .incoming import Received
from .models import Artifact, ArtifactBlob
from .names import name_key

MOST_OF_RUN = 20_000
LOCK = 0x41525446


def check_room(*, run: Run, length: int, sha256: str = "") -> None:
    """Before a body is read: whether a file of `length` bytes may come.

    Args:
        sha256: what the sender says it is; bytes that the project has take no room.

    Raises:
        Gone: the run lies in the trash, or is frozen.
        TooLarge: over the limit of one file.
        QuotaExceeded: over what is left of the project's.
    """
    _refuse_closed(run)
    most = settings.ARTIFACT_FILE_BYTES
    if length > most:
        raise TooLarge(f"A file has at most {most} bytes here.", code="file-too-large")
    if not _has_blob(run.project_id, sha256):
        _check_quota(run.project_id, length)


def attach(
    *, run: Run, by: User, name: str, file: Received, step: int | None = None
) -> tuple[Artifact, bool]:
    """Attach a whole file to the run as the next version of `name`; tells whether it is new.

    The same bytes as the newest version, or as any version at the same step, are that version.

    Args:
        name: as `clean_artifact_name` gives it.

    Raises:
        Gone, Missing: the run went into the trash, was frozen or deleted while the body came.
        Conflict: `too-many-artifacts`.
        QuotaExceeded, StorageFull: nothing was stored.
    """
    with transaction.atomic():
        lock_files(run.project_id)
        locked = _locked(run)
        _refuse_closed(locked)
        known = _same(run, name, file.sha256, step)
        if known is not None:
            return known, False
        _check_count(run)
        _keep_blob(run.project_id, file)
        if not locked.has_files:
            Run.objects.filter(project_id=run.project_id, id=run.id).update(has_files=True)
        # Afterwards: nobody's batch may wait for a large file to be moved.
        transaction.on_commit(partial(sizing.flag, project_id=run.project_id, run_id=run.id))
        return _insert(run, by, name, file, step), True


def lock_files(project_id: int) -> None:
    """Until the end of the transaction nobody else adds or cleans files of the project."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, project_id % 2**31])


def used_bytes(project_id: int) -> int:
    """What the files of a project take, each content once."""
    stored = ArtifactBlob.objects.filter(project_id=project_id)
    return int(stored.aggregate(total=Sum("bytes"))["total"] or 0)


def limits_of(project_id: int) -> dict[str, int | None]:
    """What the API tells of the limits, in bytes; None where there is none."""
    used, left = used_bytes(project_id), bytes_left(project_id)
    limits = [settings.ARTIFACT_PROJECT_BYTES or None, None if left is None else used + left]
    return {
        "file_bytes": settings.ARTIFACT_FILE_BYTES,
        "project_bytes": min((one for one in limits if one is not None), default=None),
        "used_bytes": used,
    }


def _locked(run: Run) -> Run:
    """The run as it stands, which nobody freezes or deletes until the end of the transaction."""
    rows = Run.objects.select_for_update(no_key=True)
    row = rows.filter(project_id=run.project_id, id=run.id).first()
    if row is None:
        raise Missing
    return row


def _refuse_closed(run: Run) -> None:
    """To clients both are as 410 always is: stop sending, keep what there is."""
    refuse_trashed(run)
    if run.frozen_at is not None:
        raise Frozen


def _has_blob(project_id: int, sha256: str) -> bool:
    stored = ArtifactBlob.objects.filter(project_id=project_id, sha256=sha256)
    return bool(sha256) and stored.exists()


def _same(run: Run, name: str, sha256: str, step: int | None) -> Artifact | None:
    """The version that an upload repeats, as after an answer that was lost."""
    versions = Artifact.objects.filter(
        project_id=run.project_id, run_id=run.id, name_key=name_key(name)
    )
    if step is not None:
        return versions.filter(step=step, sha256=sha256).order_by("-version").first()
    newest = versions.order_by("-version").first()
    is_same = newest is not None and newest.sha256 == sha256 and newest.step is None
    return newest if is_same else None


def _keep_blob(project_id: int, file: Received) -> None:
    _, is_new = ArtifactBlob.objects.get_or_create(
        project_id=project_id, sha256=file.sha256, defaults={"bytes": file.size_bytes}
    )
    if is_new:
        _check_quota(project_id, 0)
    else:
        ArtifactBlob.objects.filter(project_id=project_id, sha256=file.sha256).update(
            used_at=timezone.now()
        )
    storage.put_blob(project_id, file.sha256, file.path)


def _check_quota(project_id: int, more: int) -> None:
    quota = settings.ARTIFACT_PROJECT_BYTES
    if quota and used_bytes(project_id) + more > quota:
        raise QuotaExceeded(
            f"The project's files may take {size(quota)}, and this one would not fit. "
            "An administrator can raise AHNB_PROJECT_FILES_MB."
        )
    check_bytes(project_id, more)


def _check_count(run: Run) -> None:
    count = Artifact.objects.filter(project_id=run.project_id, run_id=run.id).count()
    if count >= MOST_OF_RUN:
        raise Conflict(f"A run has at most {MOST_OF_RUN} files.", code="too-many-artifacts")


def _insert(run: Run, by: User, name: str, file: Received, step: int | None) -> Artifact:
    key = name_key(name)
    versions = Artifact.objects.filter(project_id=run.project_id, run_id=run.id, name_key=key)
    last = versions.aggregate(last=Max("version"))["last"] or 0
    kind, content_type = kinds.kind_of(name, file.head)
    artifact = Artifact(
        project_id=run.project_id,
        id=uuid7(),
        run_id=run.id,
        name=name,
        name_key=key,
        version=last + 1,
        step=step,
        kind=kind,
        content_type=content_type,
        bytes=file.size_bytes,
        sha256=file.sha256,
        user_id=by.pk,
        user=by,
    )
    artifact.save(force_insert=True)
    return artifact
