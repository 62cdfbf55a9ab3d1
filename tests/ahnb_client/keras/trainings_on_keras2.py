"""Trains with tf_keras and prints, as JSON, what test_keras2.py judges."""

import json
from typing import Any

import numpy as np
import tf_keras

import ahnb_client
from ahnb_client import AHNBCallback
from ahnb_client.capture.weights import weights_document
from tests.ahnb_client.keras.trainings_everywhere import CLASSES, NUMBERS, SPOOL, Records, runs_of

QUICK = {"batch_size": 10, "verbose": 0}


def model(optimizer: Any = "adam", *, built: bool = True, is_eager: bool = True) -> Any:
    tf_keras.utils.set_random_seed(7)
    layers = [
        tf_keras.layers.Dense(4, activation="relu"),
        tf_keras.layers.Dense(2, activation="softmax"),
    ]
    made = tf_keras.Sequential([tf_keras.Input((3,)), *layers] if built else layers)
    loss = "sparse_categorical_crossentropy"
    made.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=is_eager)
    return made


def whole(*, built: bool) -> dict[str, Any]:
    """Of a model that is built, also traced: what a fit without anything said does."""
    schedule = tf_keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.5, staircase=True)
    trained = []
    callback = AHNBCallback(strict=True)
    stopping = tf_keras.callbacks.EarlyStopping(patience=5)
    for callbacks in ([], [callback, stopping]):
        made = model(tf_keras.optimizers.Adam(schedule), built=built, is_eager=not built)
        settings = {**QUICK, "epochs": 2, "validation_split": 0.25, "callbacks": callbacks}
        history = made.fit(NUMBERS, CLASSES, **settings).history
        trained.append((history, made.get_weights()))
    loss = made.evaluate(NUMBERS, CLASSES, verbose=0)[0]
    records = Records(SPOOL, callback.run.id)
    return {
        "histories": [history for history, _ in trained],
        "weights are equal": all(map(np.array_equal, *(weights for _, weights in trained))),
        "metrics": {name: [list(p) for p in found] for name, found in records.metrics.items()},
        "evaluated": loss,
        "params": records.params,
        "model": records.last("model"),
        "data": records.last("data"),
        "environment": records.last("environment"),
        "statuses": records.statuses,
    }


def hashes() -> list[Any]:
    """Of the weights of a model, of another with the same ones, and after a change."""
    first, other = model(), model()
    other.set_weights(first.get_weights())
    found = [weights_document(each)["hash"] for each in (first, other)]
    other.layers[0].bias.assign_add([1.0] * 4)
    return [*found, weights_document(other)["hash"]]


def ended_by(error: BaseException) -> str:
    def stop(batch: int, logs: Any) -> None:
        raise error

    callback = AHNBCallback(strict=True)
    stopper = tf_keras.callbacks.LambdaCallback(on_train_batch_end=stop)
    try:
        model().fit(NUMBERS, CLASSES, callbacks=[callback, stopper], **QUICK)
    except BaseException as raised:
        if raised is not error:
            raise
    return Records(SPOOL, callback.run.id).statuses[-1]


def automatic() -> list[int]:
    ahnb_client.autolog()
    made = model()
    own = tf_keras.callbacks.CallbackList([], add_history=True, model=made)
    counts = []
    for callbacks in (None, tf_keras.callbacks.History(), [], own):
        (run,) = runs_of(lambda: made.fit(NUMBERS, CLASSES, callbacks=callbacks, **QUICK))  # noqa: B023
        counts.append(len(run.steps("batch/loss")))
    ahnb_client.autolog(enabled=False)
    return counts


if __name__ == "__main__":
    results = {
        "built": whole(built=True),
        "unbuilt": whole(built=False),
        "interrupted": ended_by(KeyboardInterrupt()),
        "failed": ended_by(ValueError("no more")),
        "automatic": automatic(),
        "hashes": hashes(),
        "version": tf_keras.__version__,
    }
    print(json.dumps(results))
