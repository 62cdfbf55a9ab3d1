"""What charts mark: notes and findings at their steps, and the attempts of a run."""

from __future__ import annotations

from typing import Any

from ahnb_platform.web.marked import plain

from .. import notes, queries
from ..models import Run

MOST_WORDS = 200
MOST_NOTES = 2000
MOST_FINDINGS = 500
# Where a finding says what it found; any client may send one (docs/api.md).
WORDS = ("text", "message", "title", "rule")


def marks_of(run: Run) -> dict[str, Any]:
    """The marks as plain data.

    Returns: `notes` and `findings`, each `{step, text}` with the beginning of the text, notes with
    their `id`; `attempts`, each `[number, the step from which it resumed]`, the oldest first.
    """
    attempts = run.state.attempts if run.state else {}
    return {
        "notes": [
            {"id": str(note.id), "step": note.step, "text": plain(note.text, MOST_WORDS)}
            for note in notes.last_notes_on_steps(run, MOST_NOTES)
        ],
        "findings": findings_of(run),
        "attempts": [list(attempt) for attempt in sorted(attempts.items())],
    }


def findings_of(run: Run) -> list[dict[str, Any]]:
    """The first findings that name a step, with their words."""
    rows = queries.events_of(run, "finding").values_list("data", flat=True)[:MOST_FINDINGS]
    return [
        {"step": data["step"], "text": _words(data)}
        for data in rows
        if isinstance(data, dict) and _is_step(data.get("step"))
    ]


def _is_step(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _words(data: dict[str, Any]) -> str:
    found = (data[name] for name in WORDS if isinstance(data.get(name), str))
    return next(found, "finding")[:MOST_WORDS]
