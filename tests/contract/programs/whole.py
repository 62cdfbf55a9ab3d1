"""Trainings that end inside their process: finished, diverged, failed, continued, and a loop."""

from typing import Any

import keras

import ahnb_client
from ahnb_client import AHNBCallback
from tests.contract.programs.basics import FOLDER, Truth, fit, made_model


class Fails(keras.callbacks.Callback):
    """A person's callback with a mistake."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch == 3:
            raise LookupError("no such row")


def finished() -> None:
    decay = keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.7)
    ours = AHNBCallback(name="plain", params={"width": 4}, tags=["small"], monitor="val_accuracy")
    fit(made_model(keras.optimizers.Adam(decay)), [ours, Truth("finished", ours)])


def diverged() -> None:
    ours = AHNBCallback()
    fit(made_model(keras.optimizers.SGD(1e38)), [ours, Truth("diverged", ours)])


def failed() -> None:
    ours = AHNBCallback()
    try:
        fit(made_model(), [ours, Truth("failed", ours), Fails()])
    except LookupError:
        return
    raise AssertionError("the person's exception did not come out of fit")


def interrupted() -> None:
    """As in a notebook, where the process lives on."""

    def stop(batch: int, logs: Any) -> None:
        if batch == 1:
            raise KeyboardInterrupt

    ours = AHNBCallback()
    button = keras.callbacks.LambdaCallback(on_train_batch_end=stop)
    try:
        fit(made_model(), [ours, Truth("interrupted", ours), button])
    except KeyboardInterrupt:
        return
    raise AssertionError("the interrupt did not come out of fit")


def fitted_twice() -> None:
    """One callback object: one run over both fits."""
    ours, model = AHNBCallback(), made_model()
    truth = Truth("twice", ours)
    fit(model, [ours, truth], epochs=2)
    fit(model, [ours, truth], epochs=2)


def fitted_by_two() -> None:
    """Two callback objects: two runs."""
    model = made_model()
    for name in ("one", "other"):
        ours = AHNBCallback()
        fit(model, [ours, Truth(name, ours)], epochs=1)


def looped() -> None:
    """A loop without fit."""
    with ahnb_client.run(name="loop") as run, (FOLDER / "loop.csv").open("w") as truth:
        (FOLDER / "loop.run").write_text(run.id)
        for step in range(50):
            run.log({"reward": step / 7}, step=3 * step)
            truth.write(f"reward,{3 * step},{step / 7!r}\n")
        run.note("half a remark", step=3)


if __name__ == "__main__":
    for scenario in (finished, diverged, failed, interrupted, fitted_twice, fitted_by_two, looped):
        scenario()
