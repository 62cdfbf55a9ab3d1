"""One worker of a cluster that trains one model together, by TF_CONFIG and tf_keras.

Every worker writes down what Keras told it; one that records has the id of its run beside it.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras

from ahnb_client import AHNBCallback

FOLDER = Path(sys.argv[1])
ROWS = np.random.default_rng(1).random((48, 3), dtype="float32")
EPOCHS, BATCH = 2, 8


class Truth(tf_keras.callbacks.Callback):
    """The numbers of this worker, a line for each."""

    def __init__(self, recorder: AHNBCallback) -> None:
        super().__init__()
        self._recorder, self._step = recorder, 0
        self._file = (FOLDER / "fit.csv").open("w")

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        if self._recorder.run is not None:
            (FOLDER / "fit.run").write_text(self._recorder.run.id)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self._write({f"batch/{name}": value for name, value in (logs or {}).items()}, self._step)
        self._step += 1

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._write({**(logs or {}), "learning_rate": 0.25}, epoch)

    def _write(self, numbers: Mapping[str, float], place: int) -> None:
        self._file.write("".join(f"{n},{place},{float(v)!r}\n" for n, v in numbers.items()))
        self._file.flush()


if __name__ == "__main__":
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with strategy.scope():
        model = tf_keras.Sequential([tf_keras.layers.Dense(1, input_shape=(3,))])
        model.compile(tf_keras.optimizers.SGD(0.25), "mse")
    ours = AHNBCallback()
    data = tf.data.Dataset.from_tensor_slices((ROWS, ROWS[:, :1])).batch(BATCH)
    model.fit(data, epochs=EPOCHS, verbose=0, callbacks=[ours, Truth(ours)])
    (FOLDER / "trained").touch()
