"""Odd models, data and settings; prints, as JSON, what test_odd_trainings.py judges.

On JAX and PyTorch TensorFlow cannot be imported, as where it is not installed.
"""

import json
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if os.environ["KERAS_BACKEND"] != "tensorflow":
    sys.modules["tensorflow"] = None  # type: ignore[assignment]

import keras
import numpy as np
from keras import layers

from ahnb_client import AHNBCallback
from tests.ahnb_client.keras.conftest import records_of
from tests.ahnb_client.keras.records import Records
from tests.ahnb_client.keras.steps import OwnStep

NUMBERS = np.random.default_rng(1).random((40, 3), dtype="float32")
TARGETS = NUMBERS[:, :1].copy()
BACKEND = keras.backend.backend()
TOKEN = "_".join(["ghp", "abcdefghijklmnopqrstuvwxyz0123456789"])


def small() -> keras.Model:
    return compiled(keras.Sequential([keras.Input((3,)), layers.Dense(1)]))


def compiled(model: keras.Model, loss: Any = "mse", **options: Any) -> keras.Model:
    model.compile("sgd", loss, run_eagerly=True, **options)  # nothing to trace: half the time
    return model


def recorded(model: keras.Model, *given: Any, **options: Any) -> tuple[Records, dict[str, Any]]:
    """The record of a training, and what Keras itself says of it."""
    callback = AHNBCallback(strict=True)
    settings: dict[str, Any] = {"epochs": 2, "verbose": 0} | options
    history = model.fit(*given, callbacks=[callback], **settings).history
    return records_of(callback.run), {"loss": history["loss"], "history": history}


def told(model: keras.Model, *given: Any, **options: Any) -> dict[str, Any]:
    records, truth = recorded(model, *given, **options)
    document = records.last("model")
    return {
        "loss": [records.values("loss"), truth["loss"]],
        "parameters": [document["parameters"], model.count_params()],
        "layers": [[row["name"], row["class"], row["parameters"]] for row in document["layers"]],
        "inputs": document["inputs"],
        "outputs": document["outputs"],
    }


class BuiltByHand(keras.Model):
    """Says that it is built while its layers are not."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out = layers.Dense(4, name="hidden"), layers.Dense(1, name="out")

    def build(self, shape: Any) -> None:
        self.factor = self.add_weight(shape=(1,), name="factor")

    def call(self, inputs: Any) -> Any:
        return self.out(self.hidden(inputs)) * self.factor


class NamesOfItsOwn(keras.Model):
    """Keeps things of its own under names of Keras'."""

    def __init__(self) -> None:
        super().__init__()
        self.out = layers.Dense(1, name="out")
        self.inputs, self.outputs = {"numbers": 3}, 1

    def call(self, inputs: Any) -> Any:
        return self.out(inputs)


class Failing(layers.Layer):
    """A layer that cannot be asked about itself."""

    def call(self, inputs: Any) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        raise RuntimeError("no settings")

    @property
    def output(self) -> Any:
        raise RuntimeError("no output")


class WithFailing(keras.Model):
    """A model with such a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.out, self.failing = layers.Dense(1, name="out"), Failing(name="failing")

    def call(self, inputs: Any) -> Any:
        return self.failing(self.out(inputs))


class Remote(layers.Layer):
    """A layer with a secret among its settings."""

    def __init__(self, api_key: str, **options: Any) -> None:
        super().__init__(**options)
        self.api_key = api_key

    def call(self, inputs: Any) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "api_key": self.api_key}


def models() -> dict[str, Any]:
    by_hand = compiled(BuiltByHand())
    by_hand.build((None, 3))
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="deep")], name="inner")
    shared, entry = layers.Dense(3, name="shared"), keras.Input((3,))
    nested = keras.Model(entry, layers.Dense(1, name="last")(inner(shared(shared(entry)))))
    found = {
        "built by hand": by_hand,
        "names of its own": compiled(NamesOfItsOwn()),
        "failing layer": compiled(WithFailing()),
        "nested and shared": compiled(nested),
    }
    return {name: told(model, NUMBERS, TARGETS) for name, model in found.items()}


def secret() -> bool:
    """Whether a secret of a layer is recorded with the model."""
    model = compiled(keras.Sequential([keras.Input((3,)), layers.Dense(1), Remote(TOKEN)]))
    records, _ = recorded(model, NUMBERS, TARGETS)
    documents = records.data_of("model")
    assert documents[-1]["config"] is not None
    return TOKEN in json.dumps(documents)


def losses() -> dict[str, Any]:
    """Losses, metrics and weights as lists, mappings and objects."""
    entry = keras.Input((3,))
    ends = {name: layers.Dense(1, name=name)(entry) for name in ("one", "two")}
    as_list = keras.Model(entry, list(ends.values()))
    as_list.compile(
        "sgd",
        ["mse", keras.losses.MeanAbsoluteError()],
        metrics=[["mae"], ["mse", keras.metrics.RootMeanSquaredError()]],
        loss_weights=[0.25, 0.75],
        weighted_metrics=[["mae"], []],
        run_eagerly=True,
    )
    records, truth = recorded(
        as_list, NUMBERS, [TARGETS, TARGETS], sample_weight=[np.ones(40), np.ones(40)]
    )
    as_mapping = keras.Model(entry, ends)
    compiled(as_mapping, {"one": "mse", "two": keras.losses.Huber()}, metrics={"one": ["mae"]})
    mapped, mapped_truth = recorded(as_mapping, NUMBERS, dict.fromkeys(ends, TARGETS))
    return {
        "metrics": [
            {name: r.values(name) for name in h["history"]}
            for r, h in ((records, truth), (mapped, mapped_truth))
        ],
        "histories": [truth["history"], mapped_truth["history"]],
        "compiled": [records.last("model")["compile"], mapped.last("model")["compile"]],
        "sample weights": records.last("data")["sample_weight"][0]["shape"],
    }


def own_step() -> dict[str, Any]:
    """A training step of the person's own, which returns other things than numbers."""
    model = OwnStep()
    model.compile("sgd")
    records, truth = recorded(model, NUMBERS, TARGETS, batch_size=20)
    names = ("loss", "pair/0", "pair/1", "inner", "count", "flag")
    return {
        "metrics": {name: records.values(name) for name in names},
        "batches": records.values("batch/loss"),
        "loss": truth["loss"],
    }


def batches(number: int | None = None) -> Iterator[tuple[Any, Any]]:
    done = 0
    while number is None or done < number:
        done += 1
        yield NUMBERS[:8], TARGETS[:8]


class Rows(keras.utils.PyDataset):
    """Four batches of eight rows."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return NUMBERS[8 * index : 8 * index + 8], TARGETS[8 * index : 8 * index + 8]


def data() -> dict[str, Any]:
    """Data that is no array: what is known of it, and where the points stand."""
    validated = {"validation_data": (NUMBERS, TARGETS), "validation_freq": [2, 3]}
    found = {
        "infinite generator": recorded(small(), batches(), steps_per_epoch=3),
        "finite generator": recorded(small(), batches(5), epochs=1),
        "PyDataset": recorded(small(), Rows()),
        "now and then": recorded(small(), NUMBERS, TARGETS, epochs=4, **validated),
    }
    if BACKEND == "tensorflow":
        found |= data_of_tensorflow()
    return {name: seen(*of_it) for name, of_it in found.items()}


def data_of_tensorflow() -> dict[str, Any]:
    import tensorflow

    endless = tensorflow.data.Dataset.from_tensor_slices((NUMBERS, TARGETS)).repeat().batch(8)
    sparse = keras.Sequential([keras.Input((3,), sparse=True), layers.Dense(1)])
    ragged = tensorflow.RaggedTensor.from_row_lengths(NUMBERS.reshape(-1), [3] * 40)
    added = layers.Lambda(lambda rows: keras.ops.sum(rows.to_tensor(), axis=-1, keepdims=True))
    summing = keras.Sequential([keras.Input((None,), ragged=True), added, layers.Dense(1)])
    return {
        "infinite data set": recorded(small(), endless, steps_per_epoch=3),
        "sparse": recorded(compiled(sparse), tensorflow.sparse.from_dense(NUMBERS), TARGETS),
        "ragged": recorded(compiled(summing), ragged, TARGETS),
    }


def seen(records: Records, truth: dict[str, Any]) -> dict[str, Any]:
    return {
        "loss": [records.values("loss"), truth["loss"]],
        "epochs": [records.steps(name) for name in records.metrics if name.startswith("val_")][:1],
        "ends": [point.at_step for point in records.metrics["loss"]],
        "steps": records.steps("batch/loss"),
        "x": records.last("data")["x"],
        "samples": records.last("data")["samples"],
        "fit": records.params["fit"],
    }


def evaluated() -> dict[str, Any]:
    """Evaluations with callbacks in every form."""
    model, callback = small(), AHNBCallback(strict=True)
    model.fit(NUMBERS, TARGETS, verbose=0, callbacks=[callback])
    calls: list[int] = []
    other = keras.callbacks.LambdaCallback(on_test_end=lambda logs: calls.append(1))
    forms = [None, other, [other], (other,), keras.callbacks.CallbackList([other], model=model)]
    losses = [model.evaluate(NUMBERS, TARGETS, verbose=0, callbacks=form) for form in forms]
    recorded = records_of(callback.run).values("evaluate/loss")
    return {"recorded": recorded, "losses": losses, "calls": len(calls)}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    scenarios = (models, secret, losses, own_step, data, evaluated)
    print(json.dumps({scenario.__name__: scenario() for scenario in scenarios}))
