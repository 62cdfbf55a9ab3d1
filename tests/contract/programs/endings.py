"""A long training that ends its process: by what its second argument names, or by a signal."""

import sys
from typing import Any

import keras

import ahnb_client
from ahnb_client import AHNBCallback
from tests.contract.programs.basics import FOLDER, Gates, Pace, Truth, fit, made_model


def end(batch: int, logs: Any) -> None:
    """In the second epoch."""
    if batch == 2 and (FOLDER / "second-epoch").exists():
        if sys.argv[2] == "exit":
            sys.exit(3)
        if sys.argv[2] == "raise":
            raise ArithmeticError("the person's own mistake")


def begin(epoch: int, logs: Any) -> None:
    if epoch == 1:
        (FOLDER / "second-epoch").touch()


if __name__ == "__main__":
    loop = ahnb_client.run(name="loop")  # ends as the process does
    (FOLDER / "loop.run").write_text(loop.id)
    loop.log({"reward": 1.0})
    ours = AHNBCallback()
    ends = keras.callbacks.LambdaCallback(on_epoch_begin=begin, on_train_batch_end=end)
    gates = Gates(1) if sys.argv[2] == "gate" else Pace()
    fit(made_model(), [ours, Truth("fit", ours), ends, gates], epochs=500)
