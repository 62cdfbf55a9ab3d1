"""Thin wrappers of `Model.fit` and `Model.evaluate`, to know how they end.

Keras does not call `on_train_end` when a fit raises. The wrapper of `fit` does nothing unless
one of our callbacks is among those given; it passes every argument on as it came and raises
again whatever comes. AHNB_NO_PATCH=1 leaves Keras' classes as they are: then only what is raised
in a batch is seen (`see_errors`), and a fit that ends without a word has failed.
"""

import contextlib
import copy
import functools
import inspect
import os
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import keras

from ahnb_client.capture.fit_arguments import FitArguments, arguments_of_call
from ahnb_client.guard import logger
from ahnb_client.training import Training

_MARK = "_ahnb_wraps"
_make_observer: "Callable[[], FitObserver] | None" = None
_trainings: WeakKeyDictionary[Any, Training] = WeakKeyDictionary()


class Keras2Hooks:
    """What the list of callbacks of tf_keras (Keras 2) asks of each, beside the hooks."""

    _supports_tf_logs = False  # tensors become numbers before they reach us

    def _implements_train_batch_hooks(self) -> bool:
        hook = getattr(type(self), "on_train_batch_end", None)
        return hook is not None and hook is not keras.callbacks.Callback.on_train_batch_end

    def _implements_test_batch_hooks(self) -> bool:
        return False

    def _implements_predict_batch_hooks(self) -> bool:
        return False


class FitObserver(Keras2Hooks):
    """What the wrapper tells to a callback of ours."""

    def fit_called(self, arguments: FitArguments | None) -> None:
        """A fit with this callback is about to run."""
        raise NotImplementedError

    def fit_ended(self, error: BaseException | None) -> None:
        """The fit raised `error`, or returned."""
        raise NotImplementedError


class EvaluationCallback(Keras2Hooks, keras.callbacks.Callback):
    """Records the result of one `evaluate` in the run that trained the model."""

    def __init__(self, record: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__()
        self._record = record

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Record what Keras says at the end."""
        self._record(logs or {})


def wrap_model_methods() -> bool:
    """Wrap `Model.fit` and `evaluate` of Keras 3, and of tf_keras where that is loaded, once.

    Returns False where AHNB_NO_PATCH forbids it.
    """
    if os.environ.get("AHNB_NO_PATCH", "0") not in ("", "0"):
        return False
    for package in (keras, sys.modules.get("tf_keras")):
        model = getattr(package, "Model", None)
        if model is not None:
            _wrap(model)
    return True


def record_every_fit(make: Callable[[], FitObserver] | None) -> None:
    """Give to each fit without a callback of ours one that `make` makes; None ends that."""
    global _make_observer
    _make_observer = make


def _wrap(model: type[Any]) -> None:
    for name, wrapper in (("fit", _watched_fit), ("evaluate", _recorded_evaluate)):
        original = getattr(model, name)
        if not hasattr(original, _MARK):
            wrapped = functools.wraps(original)(wrapper(original, inspect.signature(original)))
            setattr(wrapped, _MARK, original)
            setattr(model, name, wrapped)


def remember_training(model: Any, training: Training) -> None:
    """Have later evaluations of `model` recorded in the run that trained it."""
    _trainings[model] = training


def _watched_fit(original: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    def fit(*args: Any, **kwargs: Any) -> Any:
        observers = observers_in(_given_callbacks(signature, args, kwargs))
        if not observers and _make_observer is not None:
            args, kwargs, observers = _with_observer(_make_observer, signature, args, kwargs)
        if not observers:
            return original(*args, **kwargs)
        for observer in observers:
            observer.fit_called(arguments_of_call(signature, args, kwargs))
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            for observer in observers:
                observer.fit_ended(error)
            raise
        for observer in observers:
            observer.fit_ended(None)
        return result

    return fit


def _with_observer(
    make: Callable[[], Any],
    signature: inspect.Signature,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any], list[Any]]:
    """The same call with a callback of ours beside those given; as it came if that fails."""
    try:
        bound = signature.bind(*args, **kwargs)
        observer = make()
        given = bound.arguments.get("callbacks")
        bound.arguments["callbacks"] = beside(given, observer, args[0])
        return bound.args, bound.kwargs, [observer]
    except Exception as error:  # noqa: BLE001 - Keras says what is wrong with the call
        logger.debug("AHNB does not record a call: %s", error)
        return args, kwargs, []


def beside(given: Any, observer: Any, model: Any) -> Any:
    """The callbacks `given` in any form, and ours; nothing that was given is changed."""
    if given is None:
        return [observer]
    if not isinstance(getattr(given, "callbacks", None), list):
        return [*keras.tree.flatten(given), observer]
    # Keras takes its own list as it is, so ours has to look like one that was in it.
    joined = copy.copy(given)
    joined.callbacks = [*given.callbacks, observer]
    observer.set_model(model)
    observer.set_params(getattr(given, "params", None) or {})
    if hasattr(given, "_should_call_train_batch_hooks"):
        joined._should_call_train_batch_hooks = True
    return joined


def _recorded_evaluate(
    original: Callable[..., Any], signature: inspect.Signature
) -> Callable[..., Any]:
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        training = _trainings.get(args[0]) if args else None
        given = _given_callbacks(signature, args, kwargs)
        if training is None or observers_in(given):
            return original(*args, **kwargs)
        make = functools.partial(EvaluationCallback, training.evaluated)
        args, kwargs, _ = _with_observer(make, signature, args, kwargs)
        return original(*args, **kwargs)

    return evaluate


def see_errors(iterator: Any, tell: Callable[[BaseException], None]) -> None:
    """Have `tell` called with what is raised in a batch of the fit that `iterator` belongs to.

    Keras runs the batches of an epoch inside a context that its iterator makes. Of this one
    iterator it becomes one that looks at the exception and lets it pass.
    """
    original = type(iterator).catch_stop_iteration
    reference = weakref.ref(iterator)  # a cycle would keep the data longer than the fit

    @contextlib.contextmanager
    def seeing() -> Iterator[None]:
        try:
            with original(reference()):
                yield
        except BaseException as error:
            tell(error)
            raise

    iterator.catch_stop_iteration = seeing


def calling_list() -> Any:
    """Return the list of callbacks that is calling a hook, if that can be seen."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        caller = frame.f_locals.get("self")
        if type(caller).__name__ == "CallbackList":  # of Keras 3 or of tf_keras
            return caller
        frame = frame.f_back
    return None


def _given_callbacks(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    try:
        return signature.bind_partial(*args, **kwargs).arguments.get("callbacks")
    except TypeError:
        return None  # Keras says what is wrong with the call.


def observers_in(callbacks: Any) -> list[FitObserver]:
    """Return our callbacks among those given: None, one, a list, a tuple or a CallbackList."""
    return list(dict.fromkeys(_found(callbacks)))


def _found(callbacks: Any) -> Iterator[FitObserver]:
    if isinstance(callbacks, FitObserver):
        yield callbacks
    listed = getattr(callbacks, "callbacks", callbacks)
    if isinstance(listed, Mapping):
        listed = list(listed.values())
    if isinstance(listed, (list, tuple)):
        for callback in listed:
            yield from _found(callback)
