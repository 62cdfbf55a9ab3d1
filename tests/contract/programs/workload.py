"""A fit of so many epochs of 200 batches with ten numbers a batch, and how long our hooks took.

    python -m … workload FOLDER EPOCHS

Before the fit it makes the file `ready` and waits for `go`, so that a server can be put out of
order meanwhile. `figures` holds what it measured; a hook that does nothing, in the same fit, says
what the machine itself takes.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import FOLDER, Truth

BATCHES, ROWS_PER_BATCH = 200, 8
ROWS = np.random.default_rng(1).random((BATCHES * ROWS_PER_BATCH, 3), dtype="float32")
METRICS = ["mae", "mse", "mape", "msle", "squared_hinge", "cosine_similarity", "poisson", "hinge"]


def made_model() -> keras.Model:
    """The same initial weights each time."""
    keras.utils.set_random_seed(7)
    layers = [keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile("sgd", "mse", metrics=[*METRICS, keras.metrics.RootMeanSquaredError("rmse")])
    return model


class Idle(keras.callbacks.Callback):
    """A hook that does nothing."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        return


class Progress(keras.callbacks.Callback):
    """Makes a file as each epoch begins, and looks at the process meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: list[int] = []
        self.threads: set[str] = set()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        (FOLDER / f"epoch-{epoch}").touch()
        self.memory.append(resident_bytes())
        self.threads |= {one.name for one in threading.enumerate() if one.name.startswith("ahnb-")}


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def timed(callback: Any, name: str) -> list[float]:
    """The seconds of each call of a hook, filled as Keras calls it."""
    seconds: list[float] = []
    hook: Callable[..., None] = getattr(callback, name)

    def call(*args: Any, **kwargs: Any) -> None:
        begun = time.perf_counter()
        hook(*args, **kwargs)
        seconds.append(time.perf_counter() - begun)

    setattr(callback, name, call)
    return seconds


def at_999(seconds: list[float]) -> float:
    """The 99.9th percentile."""
    return sorted(seconds)[round(0.999 * (len(seconds) - 1))]


def trained(epochs: int, callbacks: list[Any]) -> tuple[keras.Model, float]:
    """The model, and the seconds that fit took."""
    model, begun = made_model(), time.perf_counter()
    model.fit(
        ROWS, ROWS[:, :1], ROWS_PER_BATCH, epochs, verbose=0, shuffle=False, callbacks=callbacks
    )
    return model, time.perf_counter() - begun


if __name__ == "__main__":
    epochs = int(sys.argv[2])
    trained(1, [Idle()])  # whatever is loaded at the first fit
    plain, plain_seconds = trained(epochs, [Idle()])
    (FOLDER / "ready").touch()
    while not (FOLDER / "go").exists():
        time.sleep(0.01)
    ours, idle, progress = AHNBCallback(), Idle(), Progress()
    begins, hooks = timed(ours, "on_train_begin"), timed(ours, "on_train_batch_end")
    ends, nothing = timed(ours, "on_epoch_end"), timed(idle, "on_train_batch_end")
    watched, watched_seconds = trained(epochs, [ours, idle, Truth("fit", ours), progress])
    figures = {
        "begin": begins[0],
        "hook": at_999(hooks),
        "slowest": max(hooks + ends),
        "idle": at_999(nothing),
        "share": sum(begins + hooks + ends) / watched_seconds,
        "seconds": [plain_seconds, watched_seconds],
        "memory": max(progress.memory) - progress.memory[1],
        "threads": sorted(progress.threads),
        "equal": all(map(np.array_equal, plain.get_weights(), watched.get_weights())),
    }
    (FOLDER / "figures").write_text(json.dumps(figures))
