"""What a run offers for all that is no number: parameters, notes, documents."""

from __future__ import annotations

from typing import Any

from . import record
from .past import Past
from .plain import dumps, plain
from .run_part import RunPart

MAX_EVENT_BYTES = 4 << 20


class LogsEvents(RunPart):
    """The part of a run that takes events."""

    past: Past

    def event(self, kind: str, data: Any, at: float | None = None) -> None:
        """Record something that is no number: `params`, `model`, `note`, `finding` …

        Args:
            kind: what it is; a kind that the server does not know is stored, not refused. Of a
                run that has ended it is taken too: how and when the run ended stays as it was.
            data: anything; what JSON cannot hold becomes text.
            at: seconds since the epoch, UTC; now by default.
        """
        with self._taking():
            self._add_event(kind, data, at)

    def _add_event(self, kind: str, data: Any, at: float | None = None) -> None:
        try:
            moment = self.past.present() if at is None else float(at)
            event = {"kind": kind, "at": moment, "data": plain(data)}
            frame = record.frame(record.pack_event(self._journal.attempt, dumps(event)))
            if len(frame) > MAX_EVENT_BYTES:
                raise ValueError(f"an event of {len(frame):,} bytes is too large to send")
            self._journal.append_event(frame)
        except Exception as error:  # noqa: BLE001 - told once, never raised into a training
            self._report("event", error)

    def note(self, text: str, step: int | None = None) -> None:
        """A remark of the person, about the run or about a step of it."""
        self.event("note", {"text": text} if step is None else {"text": text, "step": step})
