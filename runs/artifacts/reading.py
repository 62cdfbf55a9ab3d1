"""What is read of a run's files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from ahnb_platform.api.answers import timestamp
from ahnb_platform.errors import Missing

from ..models import Run
from .models import Artifact
from .names import name_key


@dataclass(frozen=True)
class ArtifactsPage:
    """Some artifacts, the latest first; the cursor of those behind them (None for none); how many
    there are in all."""

    artifacts: list[Artifact]
    next_cursor: str | None
    total: int


def artifacts_page(
    run: Run, *, name: str = "", cursor: UUID | None = None, limit: int = 100
) -> ArtifactsPage:
    """One page of the run's files, every version its own entry.

    Args:
        name: only the versions of this one.
        cursor: the last id of the page before.
    """
    rows = _of(run)
    if name:
        rows = rows.filter(name_key=name_key(name))
    total = rows.count()
    older = rows.filter(id__lt=cursor) if cursor else rows
    found = list(older.select_related("user").order_by("-id")[: limit + 1])
    more = found[limit - 1] if len(found) > limit else None
    return ArtifactsPage(found[:limit], str(more.id) if more else None, total)


def artifact_of(run: Run, artifact_id: UUID) -> Artifact:
    """Raises Missing: the run has none of that id."""
    found = _of(run).filter(id=artifact_id).first()
    if found is None:
        raise Missing
    return found


def every(run: Run) -> QuerySet[Artifact]:
    """All files of the run, with who attached them."""
    return _of(run).select_related("user")


def artifact_document(artifact: Artifact) -> dict[str, Any]:
    """The artifact as the API tells it."""
    user = artifact.user
    return {
        "id": artifact.id,
        "name": artifact.name,
        "version": artifact.version,
        "step": artifact.step,
        "kind": artifact.kind,
        "content_type": artifact.content_type,
        "bytes": artifact.bytes,
        "sha256": artifact.sha256,
        "user": {"name": user.name, "email": user.email} if user else None,
        "created_at": timestamp(artifact.created_at),
    }


def _of(run: Run) -> QuerySet[Artifact]:
    return Artifact.objects.filter(Q(project_id=run.project_id, run_id=run.id))
