"""A tiny training, and what it writes down by itself of what Keras said.

Nothing here comes from `ahnb_client`: these files are the truth that the server is held against.
"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

FOLDER = Path(sys.argv[1])
ROWS = np.random.default_rng(1).random((48, 3), dtype="float32")
CLASSES = (ROWS.sum(axis=1) > 1.5).astype("int32")
IS_EAGER = keras.config.backend() == "tensorflow"  # nothing to trace: faster for so few batches


def made_model(optimizer: Any = "adam") -> keras.Model:
    """A classifier with the same initial weights each time."""
    keras.utils.set_random_seed(7)
    layers = [keras.layers.Dense(4, activation="relu"), keras.layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((3,)), *layers])
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=IS_EAGER)
    return model


def fit(model: keras.Model, callbacks: list[Any], **options: Any) -> keras.callbacks.History:
    """Three epochs of five batches unless told otherwise."""
    settings: dict[str, Any] = {"epochs": 3, "batch_size": 8, "verbose": 0}
    settings |= {"validation_split": 1 / 6, "callbacks": callbacks}
    return model.fit(ROWS, CLASSES, **(settings | options))


class Truth(keras.callbacks.Callback):
    """Writes every batch log and epoch log into `<name>.csv`, a line per number, each at once.

    Placed behind the callback under test, so that a line says that its hook has returned. The
    id of its run goes into `<name>.run`.
    """

    def __init__(self, name: str, recorder: Any) -> None:
        super().__init__()
        self._recorder, self._name = recorder, name
        self._file = (FOLDER / f"{name}.csv").open("w")
        self._step = self._epoch = 0

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        (FOLDER / f"{self._name}.run").write_text(self._recorder.run.id)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self._write({f"batch/{name}": value for name, value in (logs or {}).items()}, self._step)
        self._step += 1

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        # Kept as float32: 0.001 is what the person wrote, 0.0010000000474974513 what became of it.
        rate = np.float32(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self._write({**(logs or {}), "learning_rate": float(str(rate))}, self._epoch)
        self._epoch += 1

    def _write(self, numbers: Mapping[str, float], place: int) -> None:
        self._file.write("".join(f"{n},{place},{float(v)!r}\n" for n, v in numbers.items()))
        self._file.flush()


class Pace(keras.callbacks.Callback):
    """Makes batches take their time, so that a signal from outside meets the training."""

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        time.sleep(0.005)


class Gates(keras.callbacks.Callback):
    """Waits in the middle of some epochs: makes a file `at-<epoch>`, goes on at `go-<epoch>`."""

    def __init__(self, *epochs: int) -> None:
        super().__init__()
        self._closed, self._epoch = set(epochs), 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        if batch == 2 and self._epoch in self._closed:
            (FOLDER / f"at-{self._epoch}").touch()
            while not (FOLDER / f"go-{self._epoch}").exists():
                time.sleep(0.01)
