"""One act on many runs of a project: a few statements however many, and one audit event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Func, QuerySet, Value
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Invalid
from projects.models import Project

from .models import Run
from .names import clean_name
from .services import MOST_TAGS

MOST_RUNS = 10_000
# So many ids an audit event names; its `count` is of all.
TOLD_IDS = 100


@dataclass(frozen=True)
class Act:
    """What sets or clears a time of runs.

    Attributes:
        field: the time.
        sets: whether it is set, else it is cleared.
        words: what then holds of the runs.
        undo: the act that takes it back; "" where none is offered.
    """

    field: str
    sets: bool
    words: str
    undo: str = ""


ACTS = {
    "archive": Act("archived_at", True, "archived", "unarchive"),
    "unarchive": Act("archived_at", False, "taken out of the archive"),
    "trash": Act("trashed_at", True, "put into the trash", "restore"),
    "restore": Act("trashed_at", False, "taken out of the trash"),
    "pin": Act("pinned_at", True, "pinned"),
    "unpin": Act("pinned_at", False, "unpinned"),
}


@dataclass(frozen=True)
class Changed:
    """How many runs an act changed, the moment that it wrote into them, and how many it left.

    `left` are frozen runs, which are not put into the trash.
    """

    count: int
    at: datetime
    left: int = 0


@dataclass(frozen=True)
class Tagged:
    """How many runs were given a tag, or freed of it, and how many were left, being frozen."""

    count: int
    left: int


def mark_runs(
    *,
    project: Project,
    ids: Sequence[UUID],
    by: User,
    act: str,
    only_at: datetime | None = None,
) -> Changed:
    """Do one of `ACTS` to those of the runs of which it is not true yet.

    Args:
        only_at: of an act that clears a time: only runs in which exactly this one stands.
    """
    how = ACTS[act]
    rows = _rows(project, ids).filter(**{f"{how.field}__isnull": how.sets})
    left = 0
    if act == "trash":
        left, rows = frozen_among(rows), rows.filter(frozen_at=None)
    if only_at is not None:
        rows = rows.filter(**{how.field: only_at})
    moment = timezone.now()
    changes: dict[str, Any] = {how.field: moment if how.sets else None}
    if act == "trash":
        changes |= {"trashed_by_id": by.pk, "trashed_for": ""}
    return Changed(_change(project, rows, by, f"runs.{act}", changes), moment, left)


def undo_mark(*, project: Project, by: User, act: str, at: datetime) -> Changed:
    """Take back an act: every run that it changed bears its moment, and no other does."""
    field = ACTS[act].field
    ids = Run.objects.filter(project_id=project.pk, **{field: at}).values_list("id", flat=True)
    return mark_runs(project=project, ids=list(ids), by=by, act=ACTS[act].undo, only_at=at)


def tag_runs(*, project: Project, ids: Sequence[UUID], by: User, tag: str) -> Tagged:
    """Give the runs a tag; how many did not have it, and how many are frozen and stay without.

    Raises:
        Invalid: it breaks a rule of names, or a run has as many tags as it may.
    """
    tag = clean_name(tag)
    rows = _rows(project, ids).filter(trashed_at=None).exclude(tags__contains=[tag])
    left, rows = frozen_among(rows), rows.filter(frozen_at=None)
    if rows.filter(tags__len__gte=MOST_TAGS).exists():
        raise Invalid(f"A run has at most {MOST_TAGS} tags.", code="too-many-tags")
    changes = {"tags": Func(F("tags"), Value(tag), function="array_append")}
    return Tagged(_change(project, rows, by, "runs.tagged", changes, tag=tag), left)


def untag_runs(*, project: Project, ids: Sequence[UUID], by: User, tag: str) -> Tagged:
    """Take a tag from the runs; how many had it, and how many are frozen and keep it."""
    tag = clean_name(tag)
    rows = _rows(project, ids).filter(trashed_at=None, tags__contains=[tag])
    left, rows = frozen_among(rows), rows.filter(frozen_at=None)
    changes = {"tags": Func(F("tags"), Value(tag), function="array_remove")}
    return Tagged(_change(project, rows, by, "runs.untagged", changes, tag=tag), left)


def _rows(project: Project, ids: Sequence[UUID]) -> QuerySet[Run]:
    if len(ids) > MOST_RUNS:
        raise Invalid(
            f"At most {MOST_RUNS:,} runs are changed at once; narrow the filter.",
            code="too-many-runs",
        )
    return Run.objects.filter(project_id=project.pk, id__in=list(ids))


def frozen_among(rows: QuerySet[Run]) -> int:
    """How many of the runs nobody may change."""
    return rows.filter(frozen_at__isnull=False).count()


def _change(
    project: Project,
    rows: QuerySet[Run],
    by: User,
    action: str,
    changes: dict[str, Any],
    **told: Any,
) -> int:
    """Write the changes into the rows, locked in one order so that two acts cannot block."""
    with transaction.atomic():
        ids = list(rows.order_by("id").select_for_update().values_list("id", flat=True))
        if ids:
            Run.objects.filter(project_id=project.pk, id__in=ids).update(**changes)
            names = [str(one) for one in ids[:TOLD_IDS]]
            told |= {"count": len(ids), "runs": names}
            audit.record(action, by=by, target=project, team=project.team, **told)
    return len(ids)
