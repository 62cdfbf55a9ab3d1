"""How long a training waits for its data, measured where the data is made."""

import copy
import functools
from collections.abc import Iterator
from time import monotonic
from types import GeneratorType
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ahnb_client.capture.data import SOURCE

Data = TypeVar("Data")
_TIMER = "_ahnb_timer"
_of_generators: WeakKeyDictionary[Any, "Timer"] = WeakKeyDictionary()


class Timer:
    """Seconds that were waited, of one source of data."""

    def __init__(self, variable: Any = None) -> None:
        self.waited = 0.0
        self._variable = variable  # of TensorFlow, where the waiting is measured inside a graph
        self._before = 0.0

    def begin(self) -> None:
        """Count from now on."""
        self._before += self.seconds()

    def seconds(self) -> float:
        """Return how many seconds were waited since `begin`."""
        inside = 0.0 if self._variable is None else float(self._variable.numpy())
        return self.waited + inside - self._before


def timed(data: Data) -> Data:
    """Return `data` so that the run tells how long the training waited for it.

        model.fit(ahnb_client.timed(dataset), …)

    Takes tf.data sets, PyDatasets, data loaders, other iterables and generators. The elements are
    the same in the same order. What cannot be measured, as arrays, comes back as it is. Of a
    generator that Keras runs ahead, what is measured is the time in which it makes elements.
    """
    try:
        if hasattr(data, "element_spec"):
            return _timed_set(data)
        if hasattr(data, "__next__"):
            return _timed_generator(data)  # type: ignore[return-value]
        if hasattr(data, "shape") or isinstance(data, (list, tuple, dict)):
            return data
        return _timed_object(data)
    except Exception:  # noqa: BLE001 - a data set of a kind that nobody knew of: not measured
        return data


def timers_in(data: Any) -> list[Timer]:
    """Return the timer of what `timed` made, or nothing."""
    timer = getattr(data, _TIMER, None)
    if isinstance(data, GeneratorType):
        timer = _of_generators.get(data)
    return [timer] if isinstance(timer, Timer) else []


def _timed_generator(source: Any) -> Iterator[Any]:
    """A generator, as Keras takes nothing else that gives elements one by one."""
    timer = Timer()
    made = _elements(iter(source), timer)
    _of_generators[made] = timer
    return made


def _elements(source: Iterator[Any], timer: Timer) -> Iterator[Any]:
    while True:
        began = monotonic()
        try:
            element = next(source)
        except StopIteration:
            return
        finally:
            timer.waited += monotonic() - began
        yield element


def _timed_object(data: Any) -> Any:
    """A copy of the same class whose elements are timed: Keras still sees what it is."""
    kind = type(data)
    if getattr(data, "use_multiprocessing", False):
        return data  # the work is done elsewhere
    timer, hooks = Timer(), {}
    if hasattr(kind, "__getitem__") and hasattr(kind, "on_epoch_end"):  # a PyDataset
        hooks["__getitem__"] = _timed_call(kind.__getitem__, timer)
    elif hasattr(kind, "__iter__"):
        hooks["__iter__"] = _timed_iter(kind.__iter__, timer)
    else:
        return data
    made = copy.copy(data)
    made.__class__ = type(kind.__name__, (kind,), {"__module__": kind.__module__, **hooks})
    setattr(made, _TIMER, timer)
    return made


def _timed_call(original: Any, timer: Timer) -> Any:
    @functools.wraps(original)
    def call(self: Any, *args: Any) -> Any:
        began = monotonic()
        try:
            return original(self, *args)
        finally:
            timer.waited += (monotonic() - began) / max(getattr(self, "workers", 1), 1)

    return call


def _timed_iter(original: Any, timer: Timer) -> Any:
    @functools.wraps(original)
    def iterate(self: Any) -> Iterator[Any]:
        yield from _elements(iter(original(self)), timer)

    return iterate


def _timed_set(data: Any) -> Any:
    """A tf.data set between two clocks, which are read when an element is asked for and made."""
    import tensorflow

    variable = tensorflow.Variable(0.0, dtype="float64", trainable=False)
    clock = tensorflow.data.Dataset.range(1).repeat().map(lambda _: tensorflow.timestamp())

    def counted(began: Any, element: Any) -> Any:
        with tensorflow.control_dependencies(tensorflow.nest.flatten(element)):
            waited = tensorflow.timestamp() - began
        with tensorflow.control_dependencies([variable.assign_add(waited)]):
            return tensorflow.nest.map_structure(tensorflow.identity, element)

    made = tensorflow.data.Dataset.zip((clock, data)).map(counted)
    setattr(made, _TIMER, Timer(variable))
    setattr(made, SOURCE, data)
    return made
