"""The Keras callback: hooks that turn what Keras says into records. No input or output here."""

import weakref
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self

import keras

from ahnb_client.batch_hook import BatchHook
from ahnb_client.capture.distribution import is_chief
from ahnb_client.capture.fit_arguments import FitArguments, arguments_of_running_fit
from ahnb_client.capture.generation import backend_of
from ahnb_client.capture.layers import is_complete
from ahnb_client.capture.optimizer import learning_rate
from ahnb_client.fit import (
    FitObserver,
    calling_list,
    remember_training,
    see_errors,
    wrap_model_methods,
)
from ahnb_client.guard import Guard, guarded
from ahnb_client.linter.live import Level, Linter, checked_level
from ahnb_client.linting.finding import Finding
from ahnb_client.naming import listed
from ahnb_client.options import (
    Mode,
    checked_mode,
    ignored_rules,
    objective_option,
    params_option,
)
from ahnb_client.run import Run
from ahnb_client.surroundings import usable_parts
from ahnb_client.training import Training
from ahnb_client.usable import Usable

_hooked: dict[type[Any], type[Any]] = {}  # a person's class -> the same with a batch hook


class AHNBCallback(keras.callbacks.Callback, FitObserver):
    """Records a training: settings, model, environment, metrics, and how it ended.

        model.fit(x, y, callbacks=[AHNBCallback("team/project", params={"width": 128})])

    Nothing here waits for a network or raises into the training. An object that is used in
    several fits continues its run; a new object, also a copy, is a new run.
    """

    def __new__(cls, *_args: Any, log_batches: bool = True, **_options: Any) -> Self:
        """Choose the class: one that defines a batch hook costs something even if it is idle."""
        chosen: type[Any] = cls
        return super().__new__(_with_batch_hook(chosen) if log_batches else chosen)

    def __init__(
        self,
        project: str | None = None,
        *,
        name: str | None = None,
        params: Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
        group: str | None = None,
        notes: str = "",
        monitor: str | None = None,
        mode: Mode = "auto",
        log_batches: bool = True,
        checkpoints: bool = False,
        id: str | None = None,  # noqa: A002 - what everybody calls it
        resume: Literal["allow", "never"] = "allow",
        capture: str | None = None,
        lint: Literal["warn", "off", "raise"] = "warn",
        lint_ignore: Iterable[str] = (),
        strict: bool = False,
    ) -> None:
        """Prepare; the run begins with the fit. An option that makes no sense is told once.

        Args:
            project: ``"team/project"``; by default AHNB_PROJECT or the configuration.
            name, group, tags, notes: how the run is found again.
            params: your own hyperparameters, of any type; never overwritten by captured ones.
            monitor: the metric that says which run is best, as ``"val_accuracy"``.
            mode: whether ``"max"`` or ``"min"`` of it is best; ``"auto"`` decides by its name.
            log_batches: also record the metrics after each batch.
            checkpoints: also attach the files that Keras' ``ModelCheckpoint`` writes, after the
                epoch that wrote them.
            id: the UUID of a run to begin or to go on with, as after a crash (AHNB_RUN_ID).
            resume: ``"never"`` refuses to go on with a run that exists.
            capture: parts of the record that are left out, as ``"-code -packages"``; by default
                AHNB_CAPTURE. `docs/client.md` names them.
            lint: what becomes of mistakes in model, data and training: ``"warn"`` says each in a
                line, ``"raise"`` stops the training at an error, ``"off"`` looks for none.
            lint_ignore: ids of rules that are not looked at, as ``["LR01"]``.
            strict: raise our own errors into the training. For tests.

        Raises:
            ConfigurationError: an option makes no sense, if `strict`.
        """
        super().__init__()
        wrap_model_methods()  # tf_keras may have been imported since
        usable = Usable(strict=strict)
        self._log_batches = log_batches
        self._takes_checkpoints = checkpoints
        self._parts = usable_parts(capture, strict=strict)
        level: Level = usable.of(checked_level, lint, instead="warn")
        self._lint = level, ignored_rules(usable, lint_ignore)
        named: list[str] = usable.of(listed, tags, instead=[])
        best: Mode = usable.of(checked_mode, mode, instead="auto")
        self._options: dict[str, Any] = {
            "project": project,
            "name": name,
            "params": usable.of(params_option, params, instead={}),
            "tags": named,
            "group": group,
            "notes": notes,
            "objective": usable.of(objective_option, monitor, best, instead=None),
            "id": id,
            "resume": resume,
            "strict": strict,
        }
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.guard = Guard(strict=self._options["strict"])
        self._training = Training(
            self._options,
            self.guard,
            self._parts,
            linter=Linter(*self._lint),
            checkpoints=self._takes_checkpoints,
        )
        self._batches = self._training.batches
        self._called_with: FitArguments | None = None
        self._is_training = False
        self._is_watched = False
        self._is_model_pending = False
        self._finalizers: list[weakref.finalize[Any, Any]] = []
        self._iterator: weakref.ref[Any] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the settings without the run: KerasTuner copies for each trial."""
        left = {"_model", "_training", "_batches", "guard", "_finalizers", "_iterator"}
        left |= {"_called_with", "_quick", "on_train_batch_end"}
        state = {key: value for key, value in vars(self).items() if key not in left}
        own_class = vars(type(self)).get("_own_class", type(self))
        return _copied, (own_class, self._log_batches, state)

    @property
    def run(self) -> Run | None:
        """The run with its `id` and `url`; None before the first fit."""
        return self._training.run

    @property
    def findings(self) -> list[Finding]:
        """What was found wrong with model, data and training (`docs/linting.md`)."""
        return list(self._training.linter.findings)

    # How a fit begins and ends, told by the wrapper of Model.fit

    @guarded("the call of fit")
    def fit_called(self, arguments: FitArguments | None) -> None:
        """Remember what fit was given; `fit_ended` will follow, whatever happens."""
        self._is_watched = True
        self._called_with = arguments

    @guarded("the end of the run")
    def fit_ended(self, error: BaseException | None) -> None:
        """End the run by how the fit ended."""
        self._is_watched = self._is_training = False
        self._called_with = None
        self._training.end_fit(error, None if error else self.model)

    # Keras' hooks

    @guarded("the run")
    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begin or resume the run; record settings and model."""
        self._is_training = True
        model = self.model
        if not is_chief(backend_of(model)):
            return
        arguments = arguments_of_running_fit(model) or self._called_with
        self._called_with = None
        iterator = arguments.iterator if arguments else None
        self._iterator = None if iterator is None else weakref.ref(iterator)
        self._stop_watching()
        if not self._is_watched:
            self._watch(iterator)
        steps = (self.params or {}).get("steps")
        self._training.begin_fit(model, arguments, steps=steps, ours=FitObserver)
        if model is not None:
            self._is_model_pending = not self.guard.call("model", is_complete, model)
            self.guard.call("evaluations", remember_training, model, self._training)
            if not self._is_model_pending:
                self._training.lint_model(self._model)

    @guarded("the end of the run")
    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """End the run, unless the wrapper of fit will: other callbacks may still raise."""
        self._is_training = False
        self._stop_watching()
        if not self._is_watched:
            self._training.end_fit(None, self.model)

    @guarded("the count of epochs")
    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Take note of the epoch's number: BackupAndRestore may have moved it."""
        self._training.begin_epoch(epoch)

    @guarded("the count of epochs")
    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the metrics of the epoch and the learning rate."""
        if not self._training.in_fit:
            return
        metrics = dict(logs or {})
        optimizer = getattr(self.model, "optimizer", None)
        rate = self.guard.call("the learning rate", learning_rate, optimizer)
        if rate is not None:
            metrics.setdefault("learning_rate", rate)
        iterator = self._iterator() if self._iterator is not None else None
        self._training.end_epoch(epoch, metrics, getattr(iterator, "num_batches", None))
        self._record_pending_model()

    @guarded("evaluations")
    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Record an evaluation outside of fit, when this callback was given to it."""
        if not self._is_training and is_chief(backend_of(self._model)):
            self._training.evaluated(logs or {}, self.model)

    def _record_pending_model(self) -> None:
        """A model that was not built when the fit began is complete after its first batch."""
        if self._is_model_pending:
            self._is_model_pending = False
            self._training.record_model(self._model)
            self._training.lint_model(self._model)

    def _watch(self, iterator: Any) -> None:
        """Learn of the end by the death of objects that live as long as the fit.

        Keras' list of callbacks dies with the exception. The iterator over epochs needs the
        garbage collector, but also dies when a person made the list and keeps it.
        """
        if hasattr(iterator, "catch_stop_iteration"):
            self.guard.call("exceptions", see_errors, iterator, self._training.broke_off)
        for target in (calling_list(), iterator):
            if target is not None:
                finalizer = weakref.finalize(target, self._training.vanished)
                finalizer.atexit = False  # what is under way at the exit ends by how that goes
                self._finalizers.append(finalizer)

    def _stop_watching(self) -> None:
        while self._finalizers:
            self._finalizers.pop().detach()


class BatchCallback(BatchHook, AHNBCallback):
    """The callback with a hook for batches."""

    _own_class = AHNBCallback


def _with_batch_hook(cls: type[Any]) -> type[Any]:
    """Return `cls` with the batch hook, also for a person's own subclass."""
    if issubclass(cls, BatchCallback):
        return cls
    if cls is AHNBCallback:
        return BatchCallback
    if cls not in _hooked:
        own = {"__module__": cls.__module__, "_own_class": cls}
        _hooked[cls] = type(cls.__name__, (cls, BatchCallback), own)
    return _hooked[cls]


def _copied(cls: type[AHNBCallback], log_batches: bool, state: dict[str, Any]) -> AHNBCallback:
    """Make a callback of another's settings, with a run of its own."""
    callback = cls.__new__(cls, log_batches=log_batches)
    callback.__dict__.update(state, _model=None)
    callback._begin_anew()
    return callback


wrap_model_methods()
