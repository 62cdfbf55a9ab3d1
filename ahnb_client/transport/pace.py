"""When a shipment does its next thing, and whether it does one at all."""

import time

from ..notices import tell
from .answers import HOLD_SECONDS, Answer, Backoff, Verdict


class Pace:
    """Growing pauses after trouble, waits that a server asks for, and the reasons to stop.

    `due` (monotonic seconds) says when the next thing is to be done.
    """

    def __init__(self, run_id: str, *, quiet: bool) -> None:
        """Begin at once; a `quiet` one says nothing to the person."""
        self.run_id = run_id
        self.due = 0.0
        self.is_done = False
        self.is_held = False  # until a person acts
        self.stopped_by = ""  # why nothing more is sent, if so
        self.trouble = ""  # what the last answer complained about, if it did
        self.failures = 0  # since the last success
        self._quiet = quiet
        self._backoff = Backoff()
        self._not_before = 0.0
        self._sent_at = time.monotonic()

    @property
    def can_move(self) -> bool:
        """Whether sending may still bring it forward."""
        return not self.is_done and not self.stopped_by

    def hurry(self) -> None:
        """Send what there is now, unless the server was in trouble."""
        if not self.failures:
            self.due = 0.0

    def retry_now(self) -> None:
        """Try at once even after trouble, but for a wait that the server asked for."""
        self.failures = 0
        self._backoff.succeed()
        if not self.is_held:
            self.due = self._not_before

    def cope(self, what: Verdict, answer: Answer) -> None:
        """Decide when to try again, if at all."""
        self.trouble = answer.reason
        self.failures += 1
        present = time.monotonic()
        self._not_before = present + (answer.retry_after or 0.0)
        if what is Verdict.GONE:
            if answer.status == 410:
                self.stop(f"the server takes nothing more for this run: {answer.reason}")
            else:
                self.stop(f"the server does not have this run or project: {answer.reason}")
        elif what is Verdict.HOLD:
            self.is_held = True
            self.say(f"{answer.reason}; recording goes on, sending is tried now and then", "hold")
            self.due = max(self._not_before, present + HOLD_SECONDS)
        else:
            self.say(f"{answer.reason or 'no usable answer'}; recording goes on", "unreachable")
            self.due = max(self._not_before, present + self._backoff.fail())

    def succeed(self) -> None:
        """Forget the trouble there was."""
        self._backoff.succeed()
        self.trouble, self.failures, self.is_held = "", 0, False
        self.due = self._sent_at = time.monotonic()

    def stop(self, why: str) -> None:
        """Send nothing more."""
        self.stopped_by = why
        self.say(f"{why}; the records stay here, `ahnb sync {self.run_id}` sends them", "stopped")

    def say(self, text: str, kind: str) -> None:
        """Tell the person, once per kind."""
        if not self._quiet:
            tell(text, once=kind)
