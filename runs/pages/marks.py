"""What charts mark: notes and findings at their steps, and the attempts of a run."""

from __future__ import annotations

from typing import Any

from ahnb_platform.web.marked import plain

from .. import notes
from ..linting.queries import findings_of_run
from ..models import Run

MOST_WORDS = 200
MOST_NOTES = 2000
MOST_FINDINGS = 500


def marks_of(run: Run) -> dict[str, Any]:
    """The marks as plain data.

    Returns: `notes` and `findings`, each `{step, text}` with the beginning of the text, notes with
    their `id`, findings with their `epoch` and the `metric` that they are of ("" for none);
    `attempts`, each `[number, the step from which it
    resumed]`, the oldest first.
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
    """The first findings at a step or an epoch that are not muted, with their words."""
    rows = findings_of_run(run, is_muted=False).exclude(step=None, epoch=None)
    return [
        {
            "step": one.step,
            "epoch": one.epoch,
            "metric": _metric(one.where),
            "text": one.text[:MOST_WORDS],
        }
        for one in rows.order_by("found_at", "rule", "place")[:MOST_FINDINGS]
    ]


def _metric(where: Any) -> str:
    metric = where.get("metric") if isinstance(where, dict) else None
    return metric if isinstance(metric, str) else ""
