"""`share BATCHES EPOCHS ROUNDS`: what part of the training's time is ours.

The time inside our hooks and the CPU time of our threads, over the epochs after the first, and
the wall time of fits with us over fits without, in turns.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import keras

from .measure import BATCH_HOOKS, OTHER_HOOKS, ThreadTimes, tell, timed
from .trackers import callback
from .training import data, fit, model


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Marks the end of the first epoch and of the last."""

    def __init__(self, times: dict[str, list[int]]) -> None:
        super().__init__()
        self._times = times
        self.shares: dict[str, float] = {}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == 0:
            self._threads = ThreadTimes("ahnb")
            self._begun, self._hooks = time.perf_counter(), self._hook_seconds()
        elif epoch == self.params["epochs"] - 1:
            wall = time.perf_counter() - self._begun
            threads = self._threads.seconds()
            parts = {"hooks": self._hook_seconds() - self._hooks, **threads}
            self.shares = {name: seconds / wall for name, seconds in parts.items()}

    def _hook_seconds(self) -> float:
        return sum(map(sum, self._times.values())) / 1e9


def main(batches: int, epochs: int, rounds: int) -> None:
    made = model()
    x, y = data(batches)
    fit(made, x, y, [])
    shares, ratios = [], []
    for number in range(rounds):
        seconds = {}
        for ours in (False, True) if number % 2 else (True, False):
            callbacks: list[Any] = []
            if ours:
                recording, _ = callback("ahnb")
                watch = Watch(timed(recording, BATCH_HOOKS + OTHER_HOOKS))
                callbacks = [recording, watch]
            begun = time.perf_counter()
            fit(made, x, y, callbacks, epochs)
            seconds[ours] = time.perf_counter() - begun
        shares.append(watch.shares)
        ratios.append(seconds[True] / seconds[False])
    tell(shares=shares, ratios=ratios)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
