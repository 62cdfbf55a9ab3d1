"""Notes as pages show them: their Markdown as HTML, the runs that they mention as links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from ahnb_platform.web.marked import marked, mentioned
from projects.models import Project

from .. import notes
from ..models import Note, Run

MOST_NOTES = 20


@dataclass(frozen=True)
class Shown:
    """A note and its text as HTML."""

    note: Note
    html: SafeString


def notes_context(run: Run) -> dict[str, Any]:
    """The last notes of a run, how many there are in all, and the words of the run itself."""
    last, total = notes.last_notes_of(run, MOST_NOTES)
    known = _known(run.project, [*(note.text for note in last), run.notes])
    address = run.project.get_absolute_url()
    return {
        "notes": [Shown(note, marked(note.text, address, known)) for note in last],
        "notes_total": total,
        "run_notes": marked(run.notes, address, known) if run.notes else "",
    }


def shown(project: Project, found: Sequence[Note]) -> list[Shown]:
    """Notes of one project."""
    known = _known(project, [note.text for note in found])
    address = project.get_absolute_url()
    return [Shown(note, marked(note.text, address, known)) for note in found]


def _known(project: Project, texts: Sequence[str]) -> set[int]:
    return notes.numbers_in_use(project, mentioned(texts))
