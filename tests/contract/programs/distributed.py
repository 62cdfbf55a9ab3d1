"""Trainings whose batches are not one call each: on two devices, several at once, accumulated.

distributed FOLDER mirrored|executions|accumulation
"""

import sys
from collections.abc import Mapping

import keras
import tensorflow as tf

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import CLASSES, ROWS, Truth, made_model

AT_ONCE, EPOCHS = 16, 2
BATCHES = len(ROWS)  # a row a batch


class TruthAtOnce(Truth):
    """Knows by counting calls which batch was the last of an execution."""

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._begun, self._calls = epoch * BATCHES, 0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self._calls += 1
        self._step = self._begun + min(self._calls * AT_ONCE, BATCHES) - 1
        super().on_train_batch_end(batch, logs)


def made(kind: str) -> keras.Model:
    if kind == "accumulation":
        return made_model(keras.optimizers.Adam(gradient_accumulation_steps=4))
    model = made_model()
    at_once = AT_ONCE if kind == "executions" else 1
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, metrics=["accuracy"], steps_per_execution=at_once)
    return model


def two_devices() -> tf.distribute.Strategy:
    (cpu,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, parts)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


if __name__ == "__main__":
    kind = sys.argv[2]
    strategy = two_devices() if kind == "mirrored" else tf.distribute.get_strategy()
    with strategy.scope():
        model = made(kind)
    ours = AHNBCallback()
    truth = (TruthAtOnce if kind == "executions" else Truth)("fit", ours)
    size = 8 if kind == "mirrored" else 1
    model.fit(ROWS, CLASSES, size, EPOCHS, verbose=0, callbacks=[ours, truth])
