"""Media as they are kept: one row for what was logged under a name at a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from ahnb_platform.errors import Missing

from ..ids import RunKey, uuid7
from ..models import Run, RunMedia

# Whoever logs without a step means the run as a whole.
NO_STEP = 0


@dataclass(frozen=True)
class Named:
    """What a run has under one name: how many, and between which steps."""

    name: str
    count: int
    first_step: int
    last_step: int


def add_media(key: RunKey, found: Iterable[tuple[datetime, dict[str, Any]]]) -> None:
    """Keep what a batch brought: when each was logged, and its data, which passed the checks."""
    rows = [
        RunMedia(
            project_id=key.project_id,
            id=uuid7(),
            run_id=key.id,
            name=data["name"].strip(),
            step=data.get("step", NO_STEP),
            type=data["type"],
            at=at,
            data={k: v for k, v in data.items() if k not in ("name", "step", "type")},
        )
        for at, data in found
    ]
    RunMedia.objects.bulk_create(rows)
    if rows:
        Run.objects.filter(project_id=key.project_id, id=key.id, has_media=False).update(
            has_media=True
        )


def names_of(run: Run) -> list[Named]:
    """The names that the run logged media under, in their order."""
    rows = _of(run).values("name").annotate(count=Count("step", distinct=True))
    found = rows.annotate(first=Min("step"), last=Max("step")).order_by("name")
    return [Named(row["name"], row["count"], row["first"], row["last"]) for row in found]


def steps_of(run: Run, names: Sequence[str]) -> dict[str, list[int]]:
    """The steps at which something was logged under each name, rising."""
    rows = _of(run).filter(name__in=names).order_by("name", "step")
    found: dict[str, list[int]] = {name: [] for name in names}
    for name, step in rows.values_list("name", "step").distinct():
        found[name].append(step)
    return found


def last_of(run: Run, names: Sequence[str]) -> dict[str, RunMedia]:
    """What was logged at the last step of each name."""
    rows = _of(run).filter(name__in=names).order_by("name", "-step", "-at", "-id")
    return {media.name: media for media in rows.distinct("name")}


def media_at(run: Run, name: str, step: int) -> RunMedia:
    """What was logged last under the name at the step. Raises Missing."""
    found = _of(run).filter(name=name, step=step).order_by("-at", "-id").first()
    if found is None:
        raise Missing
    return found


def media_of(run: Run, media_id: UUID) -> RunMedia:
    """Raises Missing."""
    found = _of(run).filter(id=media_id).first()
    if found is None:
        raise Missing
    return found


def every(run: Run) -> QuerySet[RunMedia]:
    """All media of the run, by name, step and time."""
    return _of(run).order_by("name", "step", "at", "id")


def entry_of(media: RunMedia) -> dict[str, Any]:
    """What stands before the data in documents."""
    head = {"id": str(media.id), "name": media.name, "step": media.step}
    return {**head, "type": media.type, "at": media.at}


def listed(run: Run, name: str, start: int, limit: int) -> list[RunMedia]:
    """The media of a name from a step on, in the order of steps and times."""
    rows = _of(run).filter(name=name, step__gte=start).order_by("step", "at", "id")
    return list(rows[:limit])


def _of(run: Run) -> QuerySet[RunMedia]:
    return RunMedia.objects.filter(project_id=run.project_id, run_id=run.id)
