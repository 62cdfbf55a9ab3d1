"""Trains on the JAX back end and prints, as JSON, what test_jax.py judges."""

import json
import sys
from typing import Any

import keras
import numpy as np

from ahnb_client import AHNBCallback
from tests.ahnb_client.keras.conftest import records_of

NUMBERS = np.random.default_rng(1).random((40, 3), dtype="float32")
CLASSES = (NUMBERS.sum(axis=1) > 1.5).astype("int32")


def model(optimizer: Any = "adam", *, is_eager: bool = True) -> keras.Model:
    """Compiled by XLA where that is the point; it takes a second for each model."""
    keras.utils.set_random_seed(7)
    made = keras.Sequential(
        [keras.layers.Dense(4, activation="relu"), keras.layers.Dense(2, activation="softmax")]
    )
    loss = "sparse_categorical_crossentropy"
    made.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=is_eager)
    return made


def fit(made: keras.Model, callbacks: Any, **options: Any) -> dict[str, list[float]]:
    settings = {"batch_size": 8, "epochs": 2, "verbose": 0} | options
    return made.fit(NUMBERS, CLASSES, callbacks=callbacks, **settings).history


def imports_tensorflow() -> bool:
    made = keras.Sequential([keras.layers.Dense(1)])
    made.compile("adam", "mse", run_eagerly=True)
    fit(made, [AHNBCallback(strict=True)])
    return "tensorflow" in sys.modules


def equality() -> dict[str, Any]:
    callback = AHNBCallback(strict=True)
    histories, weights = [], []
    for callbacks in (None, [callback]):
        made = model(is_eager=False)
        histories.append(fit(made, callbacks, validation_split=0.2))
        weights.append(made.get_weights())
    records = records_of(callback.run)
    return {
        "histories": histories,
        "weights_are_equal": all(map(np.array_equal, *weights)),
        "recorded": {name: records.values(name) for name in histories[0]},
        "steps": records.steps("batch/loss"),
        "at_steps": [point.at_step for point in records.metrics["loss"]],
        "environment": records.last("environment"),
        "models": [document["parameters"] for document in records.data_of("model")],
        "fit": records.params["fit"],
        "compile": records.last("model")["compile"],
    }


def schedule() -> dict[str, Any]:
    decay = keras.optimizers.schedules.ExponentialDecay(0.5, 5, 0.5, staircase=True)
    callback = AHNBCallback(strict=True)
    fit(model(keras.optimizers.Adam(decay)), [callback])
    records = records_of(callback.run)
    return {
        "rates": records.values("learning_rate"),
        "optimizer": records.params["optimizer"],
    }


def from_several_threads() -> dict[str, Any]:
    """A callback outside a list has its batch hook called from a pool of threads."""
    callback = AHNBCallback(strict=True)
    fit(model(is_eager=False), callback, batch_size=1, epochs=5)
    records = records_of(callback.run)
    last = {point.step: point.value for point in records.metrics["batch/loss"]}
    return {
        "steps": sorted(records.steps("batch/loss")),
        "ends": [[last[point.at_step], point.value] for point in records.metrics["loss"]],
    }


def broken_off(error: BaseException) -> dict[str, Any]:
    def stop(batch: int, logs: Any) -> None:
        if batch == 2:
            raise error

    callback = AHNBCallback(strict=True)
    try:
        fit(model(), [callback, keras.callbacks.LambdaCallback(on_train_batch_end=stop)])
    except BaseException as raised:
        if raised is not error:
            raise
    records = records_of(callback.run)
    return {"status": records.last("status"), "steps": records.steps("batch/loss")}


def evaluation() -> dict[str, Any]:
    callback, made = AHNBCallback(strict=True), model()
    fit(made, [callback])
    result = made.evaluate(NUMBERS, CLASSES, verbose=0, return_dict=True)
    return {"result": result, "recorded": records_of(callback.run).values("evaluate/loss")}


if __name__ == "__main__":
    imported = imports_tensorflow()
    sys.modules["tensorflow"] = None  # type: ignore[assignment] - a seed would have it imported
    results = {
        "imports_tensorflow": imported,
        "equality": equality(),
        "schedule": schedule(),
        "threads": from_several_threads(),
        "interrupted": broken_off(KeyboardInterrupt()),
        "failed": broken_off(ValueError("no more")),
        "evaluation": evaluation(),
    }
    print(json.dumps(results))
