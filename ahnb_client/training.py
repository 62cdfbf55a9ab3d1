"""What one callback object records: a run, over all the fits that the object is used in."""

import threading
from collections.abc import Mapping
from typing import Any

from ahnb_client import lifecycle
from ahnb_client.batches import Batches
from ahnb_client.capture import failure
from ahnb_client.capture.callbacks import callback_params
from ahnb_client.capture.fit_arguments import FitArguments
from ahnb_client.capture.lazily import without_importing_tensorflow
from ahnb_client.capture.logs import numbers
from ahnb_client.capture.model import compile_params, model_document
from ahnb_client.capture.optimizer import optimizer_params
from ahnb_client.capture.parts import PARTS
from ahnb_client.capture.secrets import masked_text
from ahnb_client.guard import Guard
from ahnb_client.params import without_secrets
from ahnb_client.progress import Progress
from ahnb_client.run import Run
from ahnb_client.surroundings import Surroundings

_UNSEEN = ("failed", "fit was left before its end, by an exception that was caught")


class Training:
    """The run of a callback, and where it stands. Holds no model and no data."""

    def __init__(
        self,
        options: Mapping[str, Any],
        guard: Guard,
        parts: frozenset[str] = frozenset(PARTS),
    ) -> None:
        """Prepare; the run begins with the first fit.

        `options` are the arguments of `Run`; `parts` of the record (`capture.parts`) are taken.
        """
        self.run: Run | None = None
        self.in_fit = False
        self._options = options
        self._guard = guard
        self._progress = Progress()
        self._parts = parts
        self._surroundings: Surroundings | None = None
        self._ending: tuple[str, str | None] = ("finished", None)
        self._weights: Any = None  # their hash after the last fit
        self.batches = Batches(self._progress)

    @without_importing_tensorflow()
    def begin_fit(
        self, model: Any, arguments: FitArguments | None, *, steps: int | None, ours: type
    ) -> None:
        """Begin or resume the run and record what is known before the first batch.

        `steps` is the number of batches in an epoch, None if unknown; callbacks of type `ours`
        are not listed among the others.
        """
        self.end_as(*_UNSEEN)  # a fit before this one of which nothing more was heard
        run = self.open_run()
        self.in_fit = True
        self._progress.begin_fit(steps)
        if "batches" not in self._guard.errors:
            self.batches.begin_fit(run)
        self._look_around(run, model, arguments)
        document = self.record_model(model)
        captured = {"compile": compile_params(document.get("compile", {}))}
        if getattr(model, "optimizer", None) is not None:
            captured["optimizer"] = self._guard.call("params", optimizer_params, model.optimizer)
        if arguments is not None:
            captured["fit"] = self._guard.call("params", arguments.params, steps)
            others = self._guard.call("params", callback_params, arguments.callbacks, without=ours)
            captured["callbacks"] = others
        filled = {group: settings for group, settings in captured.items() if settings}
        run.event("params", without_secrets(beside(self._options["params"], filled)))

    def open_run(self) -> Run:
        """Return the run, begun or taken up again."""
        if self.run is None:
            self.run = Run(**self._options)
        else:
            self.run.resume()
        return self.run

    @without_importing_tensorflow()
    def record_model(self, model: Any) -> dict[str, Any]:
        """Record the model as it stands now; gives its document, empty where there is none."""
        if self.run is None or model is None:
            return {}
        document = self._guard.call("model", model_document, model) or {}
        if document:
            self.run.event("model", document)
        return document

    def begin_epoch(self, epoch: int) -> None:
        """Take note of the number that Keras gives to an epoch."""
        self._progress.begin_epoch(epoch)
        self.batches.begin_epoch()

    def end_epoch(self, epoch: int, metrics: Mapping[str, Any], batches: int | None) -> None:
        """Record the metrics of an epoch; `batches` is how many it had, if that is known."""
        place = self._progress.end_epoch(epoch, batches)
        self._guard.call("epochs", self._record_epoch, metrics, *place)

    def evaluated(self, metrics: Mapping[str, Any], model: Any = None) -> None:
        """Record the result of an `evaluate` outside fit, made with `model`.

        A run that had ended ends again as it did; without a run, one is made.
        """
        self._guard.call("evaluations", self._record_evaluation, metrics, model)

    def end_fit(self, error: BaseException | None, model: Any = None) -> None:
        """End the run by what ended the fit of `model`; None means that it returned."""
        if error is None and model is not None and self._surroundings is not None:
            self._weights = self._surroundings.record_weights(model)
        unspeakable = "failed", type(error).__name__  # its text cannot be had
        outcome = self._guard.call("the reason", lifecycle.outcome, error) or unspeakable
        if outcome[0] == "failed" and error is not None and self.run is not None:
            document = self._guard.call("the exception", failure.document, error)
            self.run.event("exception", document or {"type": type(error).__name__})
        self.end_as(*outcome)

    def vanished(self) -> None:
        """End the run of a fit that is gone without a word.

        The person caught its exception: whether that was an error cannot be known any more.
        """
        # An object dies wherever memory is cleaned up, perhaps within a lock that is needed here.
        threading.Thread(
            target=self._guard.call, args=("the end of the run", self.end_as, *_UNSEEN)
        ).start()

    def end_as(self, status: str, reason: str | None) -> None:
        """End the run with this status, unless no fit is under way."""
        if self.in_fit and self.run is not None:
            self.in_fit = False
            self.batches.end_fit()
            self._progress.end_fit()
            self._finish(self.run, status, reason)

    def _finish(self, run: Run, status: str, reason: str | None) -> None:
        if self._surroundings is not None:
            self._surroundings.wait()
        summary = {"client_errors": dict(self._guard.errors), "weights": self._weights}
        if any(summary.values()):
            run.event("summary", {name: value for name, value in summary.items() if value})
        self._ending = status, None if reason is None else masked_text(reason)
        run.finish(*self._ending)

    def _record_epoch(self, metrics: Mapping[str, Any], number: int, at_step: int | None) -> None:
        values = numbers(metrics)
        if self.run is not None and self.in_fit and values:
            series = self.run.series(tuple(values), unit="epoch")
            series.append(number, list(values.values()), at_step=at_step)

    def _record_evaluation(self, metrics: Mapping[str, Any], model: Any) -> None:
        before = self._ending
        is_new = self.run is None
        run = self.open_run()
        if is_new:
            self._look_around(run)
            self.record_model(model)
        values = {f"evaluate/{name}": value for name, value in numbers(metrics).items()}
        run.log(values, step=self._progress.last_step)
        self._finish(run, *before)

    def _look_around(
        self, run: Run, model: Any = None, arguments: FitArguments | None = None
    ) -> None:
        """Record the surroundings, once in a run; of a later fit what it was given."""
        if run.folder is None and run.url is None:
            return  # nothing is recorded
        if self._surroundings is None:
            self._surroundings = Surroundings(run, self._parts, self._guard)
            self._guard.call("environment", self._surroundings.begin, model, arguments)
        elif arguments is not None:
            run.event("data", self._guard.call("data", arguments.data) or {})


def beside(own: Mapping[str, Any], captured: Mapping[str, Any]) -> dict[str, Any]:
    """Return `captured` so that it leaves every name in `own` to the person.

    A group whose name the person gave to a single value goes under ``captured``.
    """
    free: dict[str, Any] = {}
    for name, value in captured.items():
        mine = own.get(name)
        if name not in own:
            free[name] = value
        elif isinstance(mine, Mapping) and isinstance(value, Mapping):
            free[name] = beside(mine, value)
        elif isinstance(value, Mapping):
            free["captured"] = {**free.get("captured", {}), name: value}
    return free
