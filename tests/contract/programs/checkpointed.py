"""Trains with two ModelCheckpoints, one before our callback and one behind it.

What Keras wrote is kept under `truth/`, by its own name and epoch. The loss falls twice and then
rises, so that the best is not the last.
"""

import shutil
import sys
from collections.abc import Mapping

import keras

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import FOLDER, Truth, fit, made_model


class Judge(keras.callbacks.Callback):
    """Says which epoch was good."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        assert isinstance(logs, dict)
        logs["judged"] = float([3.0, 1.0, 2.0][epoch])


class Keeper(keras.callbacks.Callback):
    """Copies what there is after each epoch, behind everybody who writes."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        (FOLDER / "truth").mkdir(exist_ok=True)
        for path in (FOLDER / "kept").iterdir():
            shutil.copy(path, FOLDER / "truth" / f"{epoch}-{path.name}")


if __name__ == "__main__":
    (FOLDER / "kept").mkdir()
    best = keras.callbacks.ModelCheckpoint(
        FOLDER / "kept" / "best.keras", monitor="judged", mode="min", save_best_only=True
    )
    each = keras.callbacks.ModelCheckpoint(
        str(FOLDER / "kept" / "{epoch}.weights.h5"), save_weights_only=True
    )
    ours = AHNBCallback(checkpoints="off" not in sys.argv)
    fit(made_model(), [Judge(), best, ours, Truth("fit", ours), each, Keeper()])
