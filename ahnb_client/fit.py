"""Thin wrappers of `Model.fit` and `Model.evaluate`, to know how they end.

Keras does not call `on_train_end` when a fit raises. The wrapper of `fit` does nothing unless
one of our callbacks is among those given; it passes every argument on as it came and raises
again whatever comes. AHNB_NO_PATCH=1 leaves Keras as it is: then a fit whose exception is caught
by the person counts as failed, also a KeyboardInterrupt.
"""

import functools
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import keras

from ahnb_client.capture.fit_arguments import FitArguments, arguments_of_call
from ahnb_client.training import Training

_MARK = "_ahnb_wraps"
_trainings: WeakKeyDictionary[Any, Training] = WeakKeyDictionary()


class FitObserver:
    """What the wrapper tells to a callback of ours."""

    def fit_called(self, arguments: FitArguments | None) -> None:
        """A fit with this callback is about to run."""
        raise NotImplementedError

    def fit_ended(self, error: BaseException | None) -> None:
        """The fit raised `error`, or returned."""
        raise NotImplementedError


class EvaluationCallback(keras.callbacks.Callback):
    """Records the result of one `evaluate` in the run that trained the model."""

    def __init__(self, record: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__()
        self._record = record

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Record what Keras says at the end."""
        self._record(logs or {})


def wrap_model_methods() -> None:
    """Wrap `keras.Model.fit` and `evaluate`, once per process, unless AHNB_NO_PATCH is set."""
    if os.environ.get("AHNB_NO_PATCH", "0") not in ("", "0"):
        return
    for name, wrapper in (("fit", _watched_fit), ("evaluate", _recorded_evaluate)):
        original = getattr(keras.Model, name)
        if not hasattr(original, _MARK):
            wrapped = functools.wraps(original)(wrapper(original, inspect.signature(original)))
            setattr(wrapped, _MARK, original)
            setattr(keras.Model, name, wrapped)


def remember_training(model: Any, training: Training) -> None:
    """Have later evaluations of `model` recorded in the run that trained it."""
    _trainings[model] = training


def _watched_fit(original: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    def fit(*args: Any, **kwargs: Any) -> Any:
        observers = _observers(_given_callbacks(signature, args, kwargs))
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


def _recorded_evaluate(
    original: Callable[..., Any], signature: inspect.Signature
) -> Callable[..., Any]:
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        training = _trainings.get(args[0]) if args else None
        given = _given_callbacks(signature, args, kwargs)
        # A single callback, or Keras' own list of them, cannot be added to without a change.
        addable = given is None or isinstance(given, (list, tuple))
        if training is None or training.in_fit or not addable or _observers(given):
            return original(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        bound.arguments["callbacks"] = [*(given or ()), EvaluationCallback(training.evaluated)]
        return original(*bound.args, **bound.kwargs)

    return evaluate


def _given_callbacks(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    try:
        return signature.bind_partial(*args, **kwargs).arguments.get("callbacks")
    except TypeError:
        return None  # Keras says what is wrong with the call.


def _observers(callbacks: Any) -> list[FitObserver]:
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
