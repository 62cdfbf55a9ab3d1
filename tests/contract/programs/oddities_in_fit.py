"""A fit in whose logs another callback puts forty kinds of values, one a batch."""

from collections.abc import Mapping
from typing import Any

import keras

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import CLASSES, ROWS, Truth, made_model
from tests.contract.programs.oddities import NUMBERS, OTHERS

VALUES = [*NUMBERS, *OTHERS]


class Spoils(keras.callbacks.Callback):
    """Puts a value into what all callbacks are told."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        logs["odd"] = VALUES[batch]  # type: ignore[index]

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        logs["odd"] = VALUES[-1 - epoch]  # type: ignore[index]


class MakesGood(keras.callbacks.Callback):
    """Takes it out again, before the truth is written down."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        del logs["odd"]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        del logs["odd"]


if __name__ == "__main__":
    ours = AHNBCallback()
    callbacks = [Spoils(), ours, MakesGood(), Truth("fit", ours)]
    rows, classes = ROWS[: len(VALUES)], CLASSES[: len(VALUES)]
    made_model().fit(rows, classes, 1, 2, verbose=0, shuffle=False, callbacks=callbacks)
