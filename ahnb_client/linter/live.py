"""Lints one training while it goes on."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping
from time import monotonic
from typing import Any, Literal, cast

from ahnb_client.capture.updates import Updates
from ahnb_client.errors import ConfigurationError, LintError
from ahnb_client.linter.curves import Curves
from ahnb_client.linter.telling import event_of, key_of, tell_finding
from ahnb_client.linting.checking import check
from ahnb_client.linting.facts import Facts
from ahnb_client.linting.finding import Finding
from ahnb_client.timing import Timer

Level = Literal["warn", "off", "raise"]
LEVELS = ("warn", "off", "raise")
MAX_SECONDS = 500  # epochs whose length is kept
_EACH = 20  # epochs after each of which the rules are asked; then after every 10 % more


def checked_level(level: str) -> Level:
    """Return the option `lint` of a callback.

    Raises:
        ConfigurationError: there is no such level.
    """
    if level not in LEVELS:
        raise ConfigurationError(f"lint is warn, off or raise, not {level!r}")
    return cast("Level", level)


class Linter:
    """The facts of a training and what was found in them.

    Attributes:
        findings: all so far, each once, in the order in which they were found.
        document: of facts, as `docs/linting.md` describes it.
    """

    def __init__(self, level: Level, ignore: Collection[str]) -> None:
        """Prepare; `ignore` holds ids of rules."""
        self.level, self._ignore = level, frozenset(ignore)
        self.findings: list[Finding] = []
        self.document: dict[str, Any] = {"facts": 1, "run": {"status": "running"}}
        self.curves = Curves()
        self._seen: set[tuple[str, str]] = set()
        self._send: Callable[[str, Any], None] | None = None
        self._facts = Facts(self.document)
        self._epochs, self._next_check = 0, 0
        self._began_at = self._epoch_began_at = monotonic()
        self._seconds: list[float] = []
        self._updates: Updates | None = None
        self.timers: list[Timer] = []

    @property
    def is_on(self) -> bool:
        """Whether anything is to be found."""
        return self.level != "off"

    # Facts

    def begin_fit(
        self,
        facts: Mapping[str, Any],
        send: Callable[[str, Any], None] | None = None,
        timers: Iterable[Timer] = (),
    ) -> None:
        """A fit begins: what is known of ``params`` and ``data``; `send` takes the events.

        `timers` are those of data that the person had `timed`.
        """
        self._send, self.timers = send, list(timers)
        self.document |= facts
        self.document["run"] = {"status": "running"}
        self._began_at = self._epoch_began_at = monotonic()
        for timer in self.timers:
            timer.begin()
        self._facts = Facts(self.document)

    def check_model(self, model: Mapping[str, Any]) -> None:
        """Ask the rules about the model and what it is given, once it is built.

        Raises:
            LintError: there is an error, and the level is "raise".
        """
        if not (self.is_on and model):
            return
        self.document["model"] = model
        self._facts = Facts(self.document)
        self._take(check(self._facts, ignore=self._ignore, dynamic=False), None)

    def watch_weights(self, updates: Updates | None) -> None:
        """Follow the weights of the fit that begins."""
        self._updates = updates

    def begin_epoch(self) -> None:
        """Measure the time from now on."""
        self._epoch_began_at = monotonic()

    def end_epoch(self, epoch: int, metrics: Mapping[str, Any], step: int | None) -> None:
        """Take the metrics of an epoch, which ended at `step`; ask the rules of what was done.

        Raises:
            LintError: there is an error, and the level is "raise".
        """
        if not self.is_on:
            return
        if len(self._seconds) < MAX_SECONDS:
            self._seconds.append(round(monotonic() - self._epoch_began_at, 6))
        is_sound = self.curves.add_epoch(epoch, metrics)
        self._epochs += 1
        if self._updates is not None:
            self._updates.end_epoch(epoch)
        if self._epochs >= self._next_check or not is_sound:
            self._next_check = self._epochs + 1 + max(self._epochs - _EACH, 0) // 10
            self.check_training(step)

    def end_fit(self, status: str, step: int | None) -> None:
        """Ask the rules about the whole training; raises nothing, as it is over."""
        if self._epochs:
            with contextlib.suppress(LintError):
                self.check_training(step, status)
        if self._updates is not None and self._send is not None and self._epochs:
            self._send("weights", self._updates.document())
        self._updates = None

    def see_batch(self, step: int, metrics: Mapping[str, Any]) -> None:
        """Take the metrics after a batch.

        Raises:
            LintError: the loss is no number any more, and the level is "raise".
        """
        is_sound = self.curves.add_batch(step, metrics)
        if not is_sound and self.sees_each_batch:
            self.check_training(step)

    @property
    def sees_each_batch(self) -> bool:
        """Whether batches must not be recorded without being looked at."""
        return self.level == "raise"

    def check_training(self, step: int | None, status: str = "running") -> None:
        """Ask the rules about the training so far; raises as `end_epoch`."""
        self.document["curves"] = self.curves.document()
        if self._updates is not None:
            self.document["weights"] = self._updates.document()
        self.document["run"] = self.document["run"] | self.run_facts() | {"status": status}
        facts = self._facts.at_present(self.document)
        self._take(check(facts, ignore=self._ignore, dynamic=True), step)

    def run_facts(self) -> dict[str, Any]:
        """Return how long it took: ``seconds`` and those of each epoch."""
        seconds = monotonic() - self._began_at
        told: dict[str, Any] = {"seconds": round(seconds, 3), "epoch_seconds": [*self._seconds]}
        if self.timers:
            waited = sum(timer.seconds() for timer in self.timers)
            told["data_wait"] = round(min(waited / max(seconds, 1e-9), 1.0), 4)
        return told

    # Findings

    def _take(self, found: list[Finding], step: int | None) -> None:
        new = {key_of(finding): finding for finding in reversed(found)}
        new = {key: new[key] for key in map(key_of, found) if key not in self._seen}
        for finding in new.values():
            self._seen.add(key_of(finding))
            self.findings.append(finding)
            tell_finding(finding)
            if self._send is not None:
                self._send("finding", event_of(finding, step))
        errors = [finding for finding in new.values() if finding.severity == "error"]
        if errors and self.level == "raise":
            raise LintError(errors)
