"""Trains with Keras' BackupAndRestore and, told so, dies in the third epoch; see test_resume.py."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ahnb_client import AHNBCallback

NUMBERS = np.random.default_rng(1).random((40, 3), dtype="float32")


class Dies(keras.callbacks.Callback):
    """Kills the process with the second batch of the third epoch."""

    epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.epoch == 2 and batch == 1:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    ours = AHNBCallback(strict=True)
    callbacks = [keras.callbacks.BackupAndRestore(os.environ["BACKUP"]), ours]
    if os.environ.get("DIES"):
        callbacks.append(Dies())
    model.fit(NUMBERS, NUMBERS[:, :1], batch_size=10, epochs=4, verbose=0, callbacks=callbacks)
    print(json.dumps({"run": ours.run.id, "backup": Path(os.environ["BACKUP"]).exists()}))
