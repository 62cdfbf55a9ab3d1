"""Notes: remarks on runs and their steps, written, changed, taken away and read.

They are Markdown and are kept as they were written. Who may see the run sees its notes; whoever
may write on it changes or takes away their own, an owner takes away anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Window
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.models import Role, User
from ahnb_platform.edits import own_changes
from ahnb_platform.errors import Invalid, Missing, NotAllowed
from projects.models import Project

from .closed import refuse_closed
from .ids import uuid7
from .models import Note, Run
from .services import bounded_text

PAGE = 25


@dataclass(frozen=True)
class NotesPage:
    """Some notes, the newest first, and the cursor of those behind them ("" for none)."""

    notes: list[Note]
    next_cursor: str


def add_note(*, run: Run, by: User, text: str, step: int | None = None) -> Note:
    """Write a remark on the run, or on one of its steps.

    Raises:
        Invalid: the text is empty or too long.
        Gone: the run lies in the trash.
        Conflict: `run-frozen`.
    """
    refuse_closed(run)
    return Note.objects.create(
        project_id=run.project_id,
        id=uuid7(),
        run_id=run.id,
        user_id=by.pk,
        step=step,
        text=_text(text),
    )


def edit_note(
    *, run: Run, note: Note, by: User, text: str, step: int | None = None, seen: str = ""
) -> Note:
    """Change what one wrote oneself; a note that was taken away is back with it.

    Args:
        seen: the marks of the note that `by` saw (`as_seen`); "" writes whatever is stored.

    Raises:
        NotAllowed: somebody else wrote it.
        Overtaken: it was changed, or taken away, since.
        Invalid, Gone, Conflict: as `add_note`.
    """
    refuse_closed(run)
    if note.user_id != by.pk:
        raise NotAllowed("A note is changed by whoever wrote it.")
    wanted: dict[str, Any] = {"text": _text(text), "step": step}
    with transaction.atomic():
        rows = Note.objects.select_for_update().filter(project_id=note.project_id, id=note.id)
        own = own_changes(seen, as_seen(rows.get()), _texts(**wanted))
        changes = {field: wanted[field] for field in own}
        return _changed(note, **changes, edited_at=timezone.now(), removed_at=None) if own else note


def texts_of(note: Note) -> dict[str, str]:
    """What a form shows of a note."""
    return _texts(note.text, note.step)


def as_seen(note: Note) -> dict[str, str]:
    """The texts as they are compared: of a note that was taken away each is another."""
    gone = "\ntaken away" if note.removed_at else ""
    return {field: text + gone for field, text in texts_of(note).items()}


def _texts(text: str, step: int | None) -> dict[str, str]:
    return {"text": text, "step": "" if step is None else str(step)}


def remove_note(*, run: Run, note: Note, by: User) -> Note:
    """Take a note away. Raises NotAllowed for somebody else's unless `by` owns the project."""
    require_own(run, note, by)
    if note.removed_at is not None:
        return note
    told: dict[str, Any] = {"run": str(run.id), "note": str(note.id)}
    with transaction.atomic():
        audit.record("note.removed", by=by, target=run.project, team=run.project.team, **told)
        return _changed(note, removed_at=timezone.now())


def restore_note(*, run: Run, note: Note, by: User) -> Note:
    """Bring a note back; whoever may take it away may."""
    require_own(run, note, by)
    return _changed(note, removed_at=None)


def require_own(run: Run, note: Note, by: User) -> None:
    """Raises NotAllowed for a note of somebody else, unless `by` owns the project."""
    refuse_closed(run)
    if note.user_id != by.pk and run.role < Role.OWNER:
        raise NotAllowed("A note is taken away by whoever wrote it, or by an owner.")


def note_of(run: Run, note_id: UUID) -> Note:
    """One note of the run, one that was taken away among them. Raises Missing."""
    rows = Note.objects.filter(project_id=run.project_id, run_id=run.id, id=note_id)
    note = rows.select_related("user").first()
    if note is None:
        raise Missing
    return note


def notes_of(run: Run) -> QuerySet[Note]:
    """The run's notes in the order of their times, each with `.user` (a person or None)."""
    return _kept(run.project_id).filter(run_id=run.id).order_by("created_at", "id")


def last_notes_of(run: Run, most: int) -> tuple[list[Note], int]:
    """The run's last notes, the oldest of them first, and how many it has in all."""
    rows = notes_of(run).reverse().annotate(total=Window(Count("*")))
    last: list[Any] = list(rows[:most])[::-1]
    return last, last[0].total if last else 0


def last_notes_on_steps(run: Run, most: int) -> list[Note]:
    """As `last_notes_of`, of those that hang on a step."""
    return list(notes_of(run).exclude(step=None).reverse()[:most])[::-1]


def search_notes(
    project: Project, *, find: str = "", number: int | None = None, cursor: str = ""
) -> NotesPage:
    """A page of the project's notes, the newest first; those of runs in the trash are left out.

    Args:
        find: what the text holds, whatever the case.
        number: of the only run to look at.
        cursor: of the page before; one that cannot be read begins at the newest.
    """
    rows = _kept(project.pk).filter(run__trashed_at=None).select_related("user", "run")
    if find:
        rows = rows.filter(text__icontains=find)
    if number is not None:
        rows = rows.filter(run__number=number)
    if place := _place(cursor):
        at, note_id = place
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=note_id))
    found = list(rows.order_by("-created_at", "-id")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return NotesPage(found[:PAGE], f"{last.created_at.isoformat()},{last.id}" if last else "")


def numbers_in_use(project: Project, numbers: set[int]) -> set[int]:
    """Which of these numbers are runs of the project that can be seen in it."""
    known = {number for number in numbers if number < 2**31}
    rows = Run.objects.filter(project_id=project.pk, number__in=known, trashed_at=None)
    return set(rows.values_list("number", flat=True)) if known else set()


def _kept(project_id: int) -> QuerySet[Note]:
    return Note.objects.filter(project_id=project_id, removed_at=None).select_related("user")


def _place(cursor: str) -> tuple[datetime, UUID] | None:
    at, _, note_id = cursor.partition(",")
    try:
        moment = datetime.fromisoformat(at)
        return (moment.astimezone(UTC), UUID(note_id)) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _changed(note: Note, **changes: Any) -> Note:
    Note.objects.filter(project_id=note.project_id, id=note.id).update(**changes)
    for field, value in changes.items():
        setattr(note, field, value)
    return note


def _text(text: str) -> str:
    text = bounded_text(text).strip()
    if not text:
        raise Invalid("A note needs a text.", code="empty-text")
    return text
