"""Hooks timed from outside, and the CPU time of threads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end")
OTHER_HOOKS = ("on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end")


def timed(callback: Any, names: Sequence[str]) -> dict[str, list[int]]:
    """Nanoseconds of each call of the hooks that `callback` has, by name; filled as it is used."""
    found: dict[str, list[int]] = {}
    for name in names:
        hook = getattr(callback, name)
        # Keras leaves out what is not defined; so do we. Its hook for batches calls an older one.
        older = getattr(callback, name.replace("train_batch", "batch"))
        if getattr(hook, "_is_default", False) and getattr(older, "_is_default", False):
            continue
        found[name] = []
        if name == BATCH_HOOKS[1]:
            _time_batch_ends(callback, found[name])
        else:
            setattr(callback, name, _timer(hook, found[name]))
    return found


_timed: list[tuple[Any, list[int]]] = []  # callbacks whose hook is timed where Keras calls it


def _time_batch_ends(callback: Any, times: list[int]) -> None:
    """Keras' own loop over the callbacks, with a clock in it: it looks each hook up every time."""
    from keras.src.callbacks.callback_list import CallbackList
    from keras.src.utils.python_utils import pythonify_logs

    _timed.append((callback, times))
    clock = time.perf_counter_ns

    def on_train_batch_end(self: Any, batch: int, logs: Any = None) -> None:
        logs = pythonify_logs(logs)
        for one in self.callbacks:
            found = next((times for other, times in _timed if other is one), None)
            begun = clock()
            one.on_train_batch_end(batch, logs=logs)
            if found is not None:
                found.append(clock() - begun)

    CallbackList._on_train_batch_end = on_train_batch_end


def _timer(hook: Callable[..., object], times: list[int]) -> Callable[..., None]:
    clock = time.perf_counter_ns

    def call(*args: Any, **kwargs: Any) -> None:
        begun = clock()
        hook(*args, **kwargs)
        times.append(clock() - begun)

    return call


def quantiles(nanoseconds: Sequence[int]) -> dict[str, float]:
    """Microseconds at p50, p99 and p99.9, the greatest, and how many there are."""
    ranked = sorted(nanoseconds)
    last = len(ranked) - 1
    found = {name: ranked[round(last * part)] / 1e3 for name, part in PARTS.items()}
    return {**found, "count": len(ranked)}


PARTS = {"p50": 0.5, "p99": 0.99, "p999": 0.999, "max": 1.0}


class ThreadTimes:
    """CPU seconds of the threads whose name begins with `prefix`, since this was made."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._before = self._now()

    def seconds(self) -> dict[str, float]:
        """By the thread's name."""
        return {
            name: seconds - self._before.get((identity, name), 0.0)
            for (identity, name), seconds in self._now().items()
        }

    def _now(self) -> dict[tuple[int, str], float]:
        found = {}
        for thread in threading.enumerate():
            if thread.name.startswith(self._prefix) and thread.ident is not None:
                clock = time.pthread_getcpuclockid(thread.ident)
                found[thread.ident, thread.name] = time.clock_gettime(clock)
        return found


def tell(**result: Any) -> None:
    """Print the result as the line that the benchmark reads."""
    print(json.dumps({"at": time.time(), **result}), flush=True)
