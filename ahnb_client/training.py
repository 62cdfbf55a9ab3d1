"""What one callback object records: a run, over all the fits that the object is used in."""

import threading
from collections.abc import Mapping
from typing import Any

from ahnb_client import lifecycle
from ahnb_client.artifacts.checkpoints import Checkpoints
from ahnb_client.batches import Batches
from ahnb_client.capture import failure, system
from ahnb_client.capture.fit_arguments import FitArguments
from ahnb_client.capture.lazily import without_importing_tensorflow
from ahnb_client.capture.logs import numbers
from ahnb_client.capture.model import model_document
from ahnb_client.capture.parts import PARTS
from ahnb_client.capture.secrets import masked_text
from ahnb_client.capture.trial import Trial, running_trial
from ahnb_client.capture.updates import updates_of
from ahnb_client.evaluations import RecordsEvaluations
from ahnb_client.fit_params import beside, captured_params, given_params
from ahnb_client.guard import Guard
from ahnb_client.linter.live import Linter
from ahnb_client.linter.repeats import tell_repeats
from ahnb_client.notices import tell_address
from ahnb_client.params import without_secrets
from ahnb_client.progress import Progress
from ahnb_client.resuming import Backup, Memory
from ahnb_client.run import Run
from ahnb_client.surroundings import Surroundings
from ahnb_client.timing import timers_in

_UNSEEN = ("failed", "fit was left before its end, by an exception that was caught")


class Training(RecordsEvaluations):
    """The run of a callback, and where it stands. Holds no model and no data."""

    def __init__(
        self,
        options: Mapping[str, Any],
        guard: Guard,
        parts: frozenset[str] = frozenset(PARTS),
        *,
        linter: Linter | None = None,
        checkpoints: bool = False,
    ) -> None:
        """Prepare; the run begins with the first fit.

        `options` are the arguments of `Run`; `parts` of the record (`capture.parts`) are taken,
        with `checkpoints` also the files that Keras' `ModelCheckpoint` writes. `linter` is told
        what it needs.
        """
        self._takes_checkpoints = checkpoints
        self._checkpoints: Checkpoints | None = None  # of the fit under way
        self.run: Run | None = None
        self.in_fit = False
        self._options = options
        self._guard = guard
        self._progress = Progress()
        self._parts = parts
        self._surroundings: Surroundings | None = None
        self._ending: tuple[str, str | None] = ("finished", None)
        self._seen: tuple[str, str | None] | None = None  # an exception that will leave this fit
        self._backup: Backup | None = None
        self._memory: Memory | None = None  # what is noted beside the backup
        self._resumes = False  # the first epoch says from where
        self._weights: Any = None  # their hash after the last fit
        self.linter = linter or Linter("off", ())
        self._document: dict[str, Any] = {}  # of the model
        self.batches = Batches(self._progress, self.linter)

    @without_importing_tensorflow()
    def begin_fit(
        self, model: Any, arguments: FitArguments | None, *, steps: int | None, ours: type
    ) -> None:
        """Begin or resume the run and record what is known before the first batch.

        `steps` is the number of batches in an epoch, None if unknown; callbacks of type `ours`
        are not listed among the others.
        """
        self.end_as(*(self._seen or _UNSEEN))  # a fit of which nothing more was heard
        self._seen = None
        trial = self._guard.call("the trial", running_trial)
        is_first = self.run is None
        run = self._run_of_fit(arguments, trial)
        self.in_fit = True
        self._progress.begin_fit(steps)
        if "batches" not in self._guard.errors:
            self.batches.begin_fit(run)
        data = self._guard.call("data", self._data_of, arguments)
        self._look_around(run, model, arguments, data)
        document = self.record_model(model)
        captured = captured_params(self._guard, model, document, trial)
        captured |= given_params(self._guard, arguments, steps, ours)
        filled = {group: settings for group, settings in captured.items() if settings}
        run.event("params", without_secrets(beside(self._options["params"], filled)))
        facts = {"params": filled, "data": data or {}}
        run.findings = self.linter.findings
        timers = timers_in(arguments.given.get("x")) if arguments is not None else []
        self._guard.call("lint", self.linter.begin_fit, facts, run.event, timers)
        if is_first and self.linter.is_on and not self._resumes:
            self._guard.call("repeats", tell_repeats, run, run.config)

    def _data_of(self, arguments: FitArguments | None) -> dict[str, Any] | None:
        return arguments.data(counted="data" in self._parts) if arguments is not None else None

    def lint_model(self, model: Any) -> None:
        """Look for mistakes in the model as it was recorded last, and in what it is given.

        Raises:
            LintError: there are some, and the person wants to be stopped by them.
        """
        self._guard.call("lint", self.linter.check_model, self._document)
        if self.linter.is_on and "weights" in self._parts:
            self.linter.watch_weights(self._guard.call("updates of weights", updates_of, model))

    def open_run(self, **instead: Any) -> Run:
        """Return the run, begun or taken up again; `instead` of what the options say."""
        if self.run is None:
            self.run = Run(**{**self._options, **instead})
            self.run.before_end = self._before_end
            self.run.step_of_fit = self._present_step
            tell_address(self.run.url)
        else:
            self.run.resume()
        if "system" in self._parts:
            self._guard.call("system", system.watch, self.run)
        return self.run

    def _run_of_fit(self, arguments: FitArguments | None, trial: Trial | None) -> Run:
        """The run that a fit belongs to: that of this callback, or of the job it goes on with."""
        is_new = self.run is None
        others = arguments.callbacks if arguments is not None else []
        self._backup = self._guard.call("the backup", Backup.among, others)
        if self._takes_checkpoints:
            self._checkpoints = self._guard.call("checkpoints", Checkpoints.among, others)
        instead: dict[str, Any] = {}
        if trial is not None and not self._options.get("group"):
            instead["group"] = trial.study
        if is_new and self._backup is not None and self._options.get("resume") != "never":
            self._memory = self._guard.call("the backup", self._backup.read)
            instead |= {"id": self._memory.run_id} if self._memory is not None else {}
        run = self.open_run(**instead)
        self._resumes = is_new and (self._memory is not None or run.past.is_known)
        if self._backup is not None and self._memory is None:
            self._memory = Memory(run.id)
            self._guard.call("the backup", self._backup.write, self._memory)
        return run

    @without_importing_tensorflow()
    def record_model(self, model: Any) -> dict[str, Any]:
        """Record the model as it stands now; gives its document, empty where there is none."""
        if self.run is None or model is None:
            return {}
        document = self._guard.call("model", model_document, model) or {}
        self._document = document
        if document:
            self.run.event("model", without_secrets(document))
        return document

    def begin_epoch(self, epoch: int) -> None:
        """Take note of the number that Keras gives to an epoch."""
        if self._resumes:
            self._resumes = False
            self._guard.call("the backup", self._go_on, epoch)
        self.batches.end_epoch()
        # Only now has a ModelCheckpoint behind this callback written what the last epoch made.
        self._guard.call("checkpoints", self._attach_checkpoints)
        self._progress.begin_epoch(epoch)
        self.linter.begin_epoch()

    def end_epoch(self, epoch: int, metrics: Mapping[str, Any], batches: int | None) -> None:
        """Record the metrics of an epoch; `batches` is how many it had, if that is known.

        Raises:
            LintError: the linter stops this training.
        """
        self.batches.end_epoch()
        place = self._progress.end_epoch(epoch, batches)
        values = self._guard.call("epochs", self._record_epoch, metrics, *place)
        if self._backup is not None and self._memory is not None:
            self._memory.begin_epoch(epoch + 1, self._progress.before)
            self._guard.call("the backup", self._backup.write, self._memory)
        if values is not None:
            self._guard.call("lint", self.linter.end_epoch, place[0], values, place[1])

    def _go_on(self, epoch: int) -> None:
        """Go on with a run of another process: its later points are done again."""
        if self.run is None:
            return
        known = self._memory or Memory(self.run.id)
        step = known.start_of(epoch)
        if epoch and not known.starts:  # no backup tells, but the fit does not begin anew
            step = self.run.past.next_steps.get("step", 0)
        self._progress.start_at(step)
        known.attempt = max(known.attempt, self.run.past.attempt) + 1
        self.run.begin_attempt(step, known.attempt)
        if self._backup is not None:
            self._backup.write(known)

    def end_fit(self, error: BaseException | None, model: Any = None) -> None:
        """End the run by what ended the fit of `model`; None means that it returned."""
        if error is None and model is not None and self._surroundings is not None:
            self._weights = self._surroundings.record_weights(model)
        unspeakable = "failed", type(error).__name__  # its text cannot be had
        outcome = self._guard.call("the reason", lifecycle.outcome, error) or unspeakable
        if outcome[0] == "failed" and error is not None and self.run is not None:
            document = self._guard.call("the exception", failure.document, error)
            self.run.event("exception", document or {"type": type(error).__name__})
        if error is None and self._backup is not None:
            self._guard.call("the backup", self._backup.forget)
            self._memory = None
        self.end_as(*outcome)

    def broke_off(self, error: BaseException) -> None:
        """See an exception inside the fit, which will leave it; `vanished` follows."""
        self._seen = self._guard.call("the reason", lifecycle.outcome, error)

    def vanished(self) -> None:
        """End the run of a fit that is gone without a word: the person caught its exception."""
        outcome = self._seen or _UNSEEN
        # An object dies wherever memory is cleaned up, perhaps within a lock that is needed here.
        threading.Thread(
            target=self._guard.call, args=("the end of the run", self.end_as, *outcome)
        ).start()

    def end_as(self, status: str, reason: str | None) -> None:
        """End the run with this status, unless no fit is under way."""
        if self.in_fit and self.run is not None:
            self.in_fit = False
            self._guard.call("checkpoints", self._attach_checkpoints)
            self.batches.end_fit()
            self._progress.end_fit()
            self._guard.call("lint", self.linter.end_fit, status, self._progress.last_step)
            self._finish(self.run, status, reason)

    def _attach_checkpoints(self) -> None:
        """Attach what was written since the last call, at the step of the newest batch."""
        if self.run is not None and self._checkpoints is not None:
            step = self._progress.last_step
            for one in self._checkpoints.written():
                self.run.log_artifact(one.path, one.name, step, newest_only=one.is_best)

    def _present_step(self) -> int:
        self.batches.count()
        return self._progress.last_step

    def _before_end(self) -> None:
        if self.run is not None:
            system.release(self.run)
        if self._surroundings is not None:
            self._surroundings.wait()

    def _finish(self, run: Run, status: str, reason: str | None) -> None:
        self._before_end()
        summary = {"client_errors": dict(self._guard.errors), "weights": self._weights}
        summary["run"] = self.linter.run_facts() if self.linter.is_on else {}
        if any(summary.values()):
            run.event("summary", {name: value for name, value in summary.items() if value})
        self._ending = status, None if reason is None else masked_text(reason)
        run.finish(*self._ending)

    def _record_epoch(
        self, metrics: Mapping[str, Any], number: int, at_step: int | None
    ) -> dict[str, Any]:
        values = numbers(metrics)
        if self.run is not None and self.in_fit and values:
            series = self.run.series(tuple(values), unit="epoch")
            series.append(number, list(values.values()), at_step=at_step)
        return values

    def _look_around(
        self,
        run: Run,
        model: Any = None,
        arguments: FitArguments | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Record the surroundings, once in a run; of a later fit what it was given."""
        if run.folder is None and run.url is None:
            return  # nothing is recorded
        if self._surroundings is None:
            self._surroundings = Surroundings(run, self._parts, self._guard)
            self._guard.call("environment", self._surroundings.begin, model, arguments, data)
        elif data is not None:
            run.event("data", data)
