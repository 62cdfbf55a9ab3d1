"""Trains on any back end and prints, as JSON, what test_capture_table.py judges."""

import contextlib
import inspect
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import ahnb_client
from ahnb_client import AHNBCallback
from tests.ahnb_client.keras.records import Records

SPOOL = Path(os.environ["AHNB_DIR"])
NUMBERS = np.random.default_rng(1).random((40, 3), dtype="float32")
CLASSES = (NUMBERS.sum(axis=1) > 1.5).astype("int32")
QUICK = {"batch_size": 10, "verbose": 0}


def model(optimizer: Any = "adam", **options: Any) -> keras.Model:
    keras.utils.set_random_seed(7)
    made = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    settings = {"metrics": ["accuracy"], "run_eagerly": True} | options
    made.compile(optimizer, "sparse_categorical_crossentropy", **settings)
    return made


def run_ids() -> list[str]:
    """The runs so far, oldest first: their ids begin with the time."""
    headers = [json.loads(path.read_text()) for path in SPOOL.glob("*/header.json")]
    return sorted({header["run_id"] for header in headers})


def runs_of(train: Callable[[], object]) -> list[Records]:
    """The runs that `train` made."""
    before = run_ids()
    train()
    return [Records(SPOOL, run_id) for run_id in run_ids() if run_id not in before]


def wait_for_load(callback: AHNBCallback) -> None:
    """Wait until the load of the machine was recorded once, which happens every 0.1 seconds."""
    name = b"/".join([b"system", b"cpu_percent"])  # not to be found in the recorded code
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        segments = callback.run.folder.glob("*.seg")
        if any(name in segment.read_bytes() for segment in segments):
            return
        time.sleep(0.05)


def whole() -> dict[str, Any]:
    """One training with about everything."""
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.5, staircase=True)
    callback = AHNBCallback(params={"width": 4}, strict=True)
    others = [
        keras.callbacks.EarlyStopping(patience=5, min_delta=0.25),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: wait_for_load(callback)),
    ]
    fitted = model(keras.optimizers.Adam(schedule)).fit(
        NUMBERS,
        CLASSES,
        epochs=3,
        validation_split=0.25,
        class_weight={0: 1.0, 1: 2.0},
        callbacks=[callback, *others],
        **QUICK,
    )
    for thread in threading.enumerate():
        if thread.name == "ahnb-environment":
            thread.join()
    records = Records(SPOOL, callback.run.id)
    environment, code = records.last("environment"), records.last("code")
    return {
        "history": fitted.history,
        "metrics": {name: [list(p) for p in found] for name, found in records.metrics.items()},
        "params": records.params,
        "model": records.last("model"),
        "data": records.last("data"),
        "environment": {**environment, "packages": len(environment["packages"])},
        "commit": code["git"]["commit"],
        "statuses": records.statuses,
    }


def automatic() -> dict[str, Any]:
    """Fits with callbacks in every form, recorded without a callback of ours."""
    ahnb_client.autolog("team/automatic", tags=["auto"])
    fit, seen = keras.Model.fit, []
    watcher = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    reused = [watcher]
    forms: dict[str, Callable[[keras.Model], Any]] = {
        "left out": lambda made: made.fit(NUMBERS, CLASSES, **QUICK),
        "None": lambda made: made.fit(NUMBERS, CLASSES, callbacks=None, **QUICK),
        "one": lambda made: made.fit(NUMBERS, CLASSES, callbacks=watcher, **QUICK),
        "list": lambda made: made.fit(NUMBERS, CLASSES, callbacks=reused, **QUICK),
        "list again": lambda made: made.fit(NUMBERS, CLASSES, callbacks=reused, **QUICK),
        "tuple": lambda made: made.fit(NUMBERS, CLASSES, callbacks=(watcher,), **QUICK),
        "positional": lambda made: made.fit(NUMBERS, CLASSES, 10, 1, 0, [watcher]),
        "CallbackList": lambda made: made.fit(NUMBERS, CLASSES, callbacks=own_list(made), **QUICK),
        "ours": lambda made: made.fit(NUMBERS, CLASSES, callbacks=[AHNBCallback()], **QUICK),
    }
    lists: list[Any] = []

    def own_list(made: keras.Model) -> Any:
        lists.append(keras.callbacks.CallbackList([watcher], add_history=True, model=made))
        return lists[-1]

    found = {}
    for form, train in forms.items():
        made, fitted = model(), []
        runs = runs_of(lambda: fitted.append(train(made)))  # noqa: B023 - called at once
        history = fitted[0].history
        found[form] = {
            "runs": len(runs),
            "project": runs[0].create["project"],
            "loss": [runs[0].values("loss"), history["loss"]],
            "statuses": runs[0].statuses,
        }
    refused = runs_of(lambda: raised(TypeError, lambda: model().fit(NUMBERS, wrong=1)))
    ahnb_client.autolog(enabled=False)
    after = runs_of(lambda: model().fit(NUMBERS, CLASSES, **QUICK))
    return {
        "forms": found,
        "watcher": len(seen),
        "reused": len(reused),
        "in own list": [len(given.callbacks) for given in lists],
        "refused": len(refused),
        "after": len(after),
        "looks like Keras' own": [
            fit.__name__ == "fit",
            fit.__doc__ == fit._ahnb_wraps.__doc__,
            inspect.signature(fit) == inspect.signature(fit._ahnb_wraps),
        ],
    }


def raised(kind: type[BaseException], action: Callable[[], object]) -> str:
    try:
        action()
    except kind as error:
        return str(error)
    raise AssertionError(f"no {kind.__name__}")


class Looks(keras.callbacks.Callback):
    """A person's callback that evaluates and predicts while the fit goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.model.predict(NUMBERS, verbose=0)
        told = self.model.evaluate(NUMBERS, CLASSES, verbose=0, return_dict=True)
        self.losses.append(told["loss"])


def between() -> dict[str, Any]:
    callback, looks, made = AHNBCallback(strict=True), Looks(), model()
    settings = {**QUICK, "epochs": 2, "validation_split": 0.25}
    history = made.fit(NUMBERS, CLASSES, callbacks=[callback, looks], **settings).history
    made.predict(NUMBERS, verbose=0)
    looks.losses.append(made.evaluate(NUMBERS, CLASSES, verbose=0)[0])
    records = Records(SPOOL, callback.run.id)
    return {
        "evaluated": looks.losses,
        "recorded": records.values("evaluate/loss"),
        "steps": records.steps("evaluate/loss"),
        "validation": [records.values("val_loss"), history["val_loss"]],
        "steps of batches": records.steps("batch/loss"),
        "statuses": records.statuses,
    }


def tuned() -> dict[str, Any]:
    """Trials of KerasTuner; the callback is copied for each."""
    import keras_tuner

    class Tuner(keras_tuner.GridSearch):
        def _configure_tensorboard_dir(self, *_: Any) -> None:
            """On TensorFlow this wants the package tensorboard, which is not installed."""

    def build(hp: Any) -> keras.Model:
        return model(keras.optimizers.Adam(hp.Choice("rate", [0.1, 0.2])))

    def search() -> None:
        with tempfile.TemporaryDirectory() as folder:
            tuner = Tuner(build, "val_loss", max_trials=2, directory=folder, project_name="rates")
            callbacks = [AHNBCallback(strict=True)]
            tuner.search(
                NUMBERS, CLASSES, validation_split=0.25, callbacks=callbacks, epochs=1, **QUICK
            )

    with contextlib.redirect_stdout(sys.stderr):
        return trials(runs_of(search))


def optimized() -> dict[str, Any]:
    """Trials of Optuna whose fits are interleaved in two threads."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: Any) -> float:
        rate = trial.suggest_categorical("rate", [0.1, 0.2])
        callback = AHNBCallback(strict=True)
        fitted = model(keras.optimizers.Adam(rate)).fit(
            NUMBERS, CLASSES, callbacks=[callback], **QUICK
        )
        return fitted.history["loss"][0]

    sampler = optuna.samplers.GridSampler({"rate": [0.1, 0.2]})
    study = optuna.create_study(study_name="rates", sampler=sampler)
    threads = 1 if keras.backend.backend() == "torch" else 2
    return trials(runs_of(lambda: study.optimize(objective, n_trials=2, n_jobs=threads)))


def trials(runs: list[Records]) -> dict[str, Any]:
    return {
        "groups": [run.create["group"] for run in runs],
        "tuners": [run.params["tuner"] for run in runs],
        "hyperparameters": [run.params["hyperparameters"] for run in runs],
        "rates": [run.params["optimizer"]["learning_rate"] for run in runs],
        "steps": [run.steps("batch/loss") for run in runs],
    }


class Doubling(keras.layers.Layer):
    """A person's layer."""

    def call(self, inputs: Any) -> Any:
        return inputs * 2


class Own(keras.Model):
    """A person's model, built by its first batch."""

    def __init__(self) -> None:
        super().__init__()
        self.doubling, self.out = Doubling(), keras.layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.out(self.doubling(inputs))


def kinds() -> dict[str, Any]:
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    joined = keras.layers.Concatenate(name="joined")([left, right])
    outputs = {name: keras.layers.Dense(1, name=name)(joined) for name in ("price", "kind")}
    functional = keras.Model({"left": left, "right": right}, outputs)
    functional.compile("sgd", {"price": "mse", "kind": "mae"}, run_eagerly=True)
    targets = {"price": NUMBERS[:, :1], "kind": NUMBERS[:, 1:2]}
    callback = AHNBCallback(strict=True)
    functional.fit({"left": NUMBERS, "right": NUMBERS}, targets, callbacks=[callback], **QUICK)
    of_two = Records(SPOOL, callback.run.id)

    own, callback = Own(), AHNBCallback(strict=True)
    half = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01))
    steps = 1 if keras.backend.backend() == "torch" else 2  # Keras takes no more there
    own.compile(half, "mse", steps_per_execution=steps)
    own.fit(NUMBERS, NUMBERS[:, :1], callbacks=[callback], **QUICK)
    of_own = Records(SPOOL, callback.run.id)
    return {
        "functional": of_two.last("model") | {"config": None},
        "two": sorted(of_two.metrics),
        "own": of_own.last("model") | {"config": None},
        "own params": of_own.params,
        "own steps": of_own.steps("batch/loss"),
    }


def distributed() -> dict[str, Any]:
    """Two virtual devices: MirroredStrategy on TensorFlow, DataParallel on JAX."""
    callback = AHNBCallback(strict=True)
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        with tensorflow.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
            made = model(run_eagerly=False)
    else:
        keras.distribution.set_distribution(keras.distribution.DataParallel())
        made = model(run_eagerly=False)
    history = made.fit(NUMBERS, CLASSES, callbacks=[callback], **QUICK).history
    records = Records(SPOOL, callback.run.id)
    return {
        "params": records.params["distribution"],
        "losses": [records.values("loss"), history["loss"]],
        "steps": records.steps("batch/loss"),
    }


if __name__ == "__main__":
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        (cpu,) = tensorflow.config.list_physical_devices("CPU")
        two = [tensorflow.config.LogicalDeviceConfiguration()] * 2
        tensorflow.config.set_logical_device_configuration(cpu, two)
    scenarios = [whole, automatic, between, kinds, tuned, optimized]
    if keras.backend.backend() != "torch":
        scenarios.append(distributed)
    print(json.dumps({scenario.__name__: scenario() for scenario in scenarios}))
