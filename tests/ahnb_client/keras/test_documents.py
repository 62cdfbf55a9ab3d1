"""What is recorded about model, data, settings and environment."""

import enum
import sys
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from ahnb_client import AHNBCallback
from ahnb_client.capture.model import model_document
from ahnb_client.capture.optimizer import optimizer_params
from tests.ahnb_client.keras.conftest import records_of
from tests.ahnb_client.unspeakable import Unspeakable

pytestmark = [
    pytest.mark.keras,
    # Keras reads TensorFlow's variables in a way that NumPy 2 wants otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


class Doubling(keras.layers.Layer):
    """A person's layer that says nothing about its settings."""

    def __init__(self, factor: Any) -> None:
        super().__init__()
        self.factor = factor
        self.inner = keras.layers.Dense(2, activation="tanh")

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs) * self.factor(2)


class Subclassed(keras.Model):
    """A person's model with a block of its own, an argument that is not JSON, and no config."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.block = Doubling(function)
        self.out = keras.layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.out(self.block(inputs))


def two_ways() -> keras.Model:
    """Two inputs, a layer used twice, two outputs."""
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    shared = keras.layers.Dense(4, activation="relu", name="shared")
    joined = keras.layers.Concatenate(name="joined")([shared(left), shared(right)])
    outputs = {
        "price": keras.layers.Dense(1, name="price")(joined),
        "kind": keras.layers.Dense(2, activation="softmax", name="kind")(joined),
    }
    return keras.Model({"left": left, "right": right}, outputs)


def rows_of(document: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in document["layers"]]


def test_layer_table_of_a_built_model(classifier):
    document = model_document(classifier())
    assert rows_of(document, "class", "output_shape", "parameters", "activation", "dtype") == [
        ("Dense", [None, 4], 16, "relu", "float32"),
        ("Dense", [None, 2], 10, "softmax", "float32"),
    ]
    assert document["layers"][0]["settings"]["units"] == 4
    assert (document["parameters"], document["trainable_parameters"]) == (26, 26)
    assert document["kind"] == "sequential"
    assert document["backend"] == "tensorflow"


def test_model_that_is_built_by_its_first_batch_is_recorded_again(rows, classifier):
    callback = AHNBCallback(strict=True)
    model = classifier(built=False, run_eagerly=False)
    model.fit(*rows, verbose=0, callbacks=[callback])
    before, after = records_of(callback.run).data_of("model")
    assert before["parameters"] is None
    assert rows_of(before, "output_shape") == [(None,), (None,)]
    assert after["parameters"] == 26
    assert rows_of(after, "output_shape") == [([None, 4],), ([None, 2],)]


def test_unbuilt_model_without_batches_is_recorded_again_after_its_first_epoch(rows, classifier):
    callback = AHNBCallback(log_batches=False, strict=True)
    classifier(built=False).fit(*rows, verbose=0, callbacks=[callback])
    assert records_of(callback.run).last("model")["parameters"] == 26


def test_frozen_layer_counts_as_not_trainable(classifier):
    model = classifier()
    model.layers[0].trainable = False
    document = model_document(model)
    assert (document["trainable_parameters"], document["non_trainable_parameters"]) == (10, 16)
    assert rows_of(document, "trainable", "trainable_parameters") == [(False, 0), (True, 10)]


def test_functional_model_has_its_graph(rows):
    model = two_ways()
    numbers, classes = rows
    losses = {"price": "mse", "kind": "sparse_categorical_crossentropy"}
    model.compile("sgd", losses, run_eagerly=True)
    callback = AHNBCallback(strict=True)
    model.fit(
        {"left": numbers, "right": numbers},
        {"price": numbers[:, 0], "kind": classes},
        verbose=0,
        callbacks=[callback],
    )
    records = records_of(callback.run)
    document = records.last("model")
    assert document["kind"] == "functional"
    assert [name for (name,) in rows_of(document, "name")].count("shared") == 1
    assert {tuple(edge) for edge in document["edges"]} == {
        ("left", "shared"),
        ("right", "shared"),
        ("shared", "joined"),
        ("joined", "price"),
        ("joined", "kind"),
    }
    assert document["compile"]["loss"] == {
        "price": "mse",
        "kind": "sparse_categorical_crossentropy",
    }
    assert records.last("data")["x"]["left"] == {
        "type": "numpy.ndarray",
        "shape": [40, 3],
        "dtype": "float32",
    }
    assert {"loss", "price_loss", "kind_loss"} <= set(records.metrics)


def test_nested_models_stand_under_the_layer_that_holds_them():
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="deep")], name="inner")
    model = keras.Sequential([keras.Input((3,)), inner, keras.layers.Dense(1, name="last")])
    document = model_document(model)
    assert rows_of(document, "name", "parent", "parameters") == [
        ("inner", None, 8),
        ("deep", "inner", 8),
        ("last", None, 3),
    ]


def test_subclassed_model_says_why_it_has_no_config(rows):
    numbers, _ = rows
    model = Subclassed(lambda value: value)
    model.compile(keras.optimizers.SGD(0.1), loss=lambda y, p: keras.ops.mean((y - p) ** 2))
    callback = AHNBCallback(strict=True)
    model.fit(numbers, numbers[:, :1], verbose=0, callbacks=[callback])
    document = records_of(callback.run).last("model")
    assert document["kind"] == "subclassed"
    assert document["class"] == "Subclassed"
    assert document["config"] is None
    assert document["config_error"].startswith("NotImplementedError")
    assert document["compile"]["loss"] == "lambda"
    assert rows_of(document, "class", "parent", "output_shape", "parameters", "activation") == [
        ("Doubling", None, None, 8, None),
        ("Dense", document["layers"][0]["name"], [None, 2], 8, "tanh"),
        ("Dense", None, [None, 1], 3, "linear"),
    ]


def test_compiled_model_can_be_made_again_from_its_config(rows, classifier):
    callback, model = AHNBCallback(strict=True), classifier()
    model.fit(*rows, verbose=0, callbacks=[callback])
    again = keras.saving.deserialize_keras_object(records_of(callback.run).last("model")["config"])
    again.set_weights(model.get_weights())
    assert again.evaluate(*rows, verbose=0) == model.evaluate(*rows, verbose=0)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ("adam", {"name": "adam", "class_name": "Adam", "learning_rate": 0.001, "beta_1": 0.9}),
        (keras.optimizers.SGD(0.05, momentum=0.9), {"name": "sgd", "momentum": 0.9}),
        (keras.optimizers.RMSprop(3e-4), {"name": "rmsprop", "learning_rate": 0.0003}),
        ("adamw", {"name": "adamw", "class_name": "AdamW"}),
        (keras.optimizers.AdamW(name="mine"), {"name": "mine", "class_name": "AdamW"}),
    ],
)
def test_settings_of_an_optimizer(optimizer, expected):
    settings = optimizer_params(keras.optimizers.get(optimizer))
    assert expected.items() <= settings.items()


def test_schedule_gives_its_first_rate_and_its_class():
    schedule = keras.optimizers.schedules.CosineDecay(0.25, 10)
    settings = optimizer_params(keras.optimizers.Adam(schedule))
    assert settings["learning_rate"] == 0.25
    assert settings["schedule"]["class_name"] == "CosineDecay"
    assert settings["schedule"]["config"]["decay_steps"] == 10


def test_rate_from_a_function():
    settings = optimizer_params(keras.optimizers.SGD(lambda: 0.3))
    assert (settings["learning_rate"], settings["schedule"]["class_name"]) == (0.3, "lambda")


def test_mixed_precision_shows_the_wrapped_optimizer():
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(1, dtype="mixed_float16", name="half")]
    )
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01)), "mse")
    settings = optimizer_params(model.optimizer)
    assert (settings["name"], settings["learning_rate"]) == ("adam", 0.01)
    assert settings["loss_scaling"]["class_name"] == "LossScaleOptimizer"
    assert rows_of(model_document(model), "dtype") == [("mixed_float16",)]


def test_arguments_of_fit(rows, classifier):
    callback = AHNBCallback(strict=True)
    classifier().fit(
        *rows,
        epochs=2,
        validation_split=0.25,
        class_weight={0: 1.0, 1: 2.5},
        shuffle=False,
        verbose=0,
        callbacks=[callback],
    )
    records = records_of(callback.run)
    assert records.params["fit"] == {
        "batch_size": 32,
        "class_weight": {"0": 1.0, "1": 2.5},
        "epochs": 2,
        "initial_epoch": 0,
        "shuffle": False,
        "steps": 1,
        "validation_freq": 1,
        "validation_split": 0.25,
    }
    data = records.last("data")
    assert (data["samples"], data["validation"]["samples"]) == (30, 10)
    assert data["x"]["shape"] == [30, 3]
    assert data["validation"]["y"] == {"type": "numpy.ndarray", "shape": [10], "dtype": "int32"}


def test_data_set_of_tensorflow_tells_its_batch_size(rows, classifier):
    data_set = tf.data.Dataset.from_tensor_slices(rows).shuffle(10, seed=1).batch(8).prefetch(1)
    callback = AHNBCallback(strict=True)
    classifier().fit(
        data_set, validation_data=data_set, shuffle=False, verbose=0, callbacks=[callback]
    )
    records = records_of(callback.run)
    assert records.params["fit"]["batch_size"] == 8
    data = records.last("data")
    assert (data["x"]["batches"], data["x"]["batch_size"]) == (5, 8)
    assert data["x"]["elements"][0]["shape"] == [None, 3]
    assert data["validation"]["x"]["batches"] == 5


def test_settings_of_other_callbacks(rows, classifier, tmp_path):
    callback = AHNBCallback(strict=True)
    others = [
        keras.callbacks.EarlyStopping(monitor="loss", patience=3, min_delta=0.5),
        keras.callbacks.ModelCheckpoint(tmp_path / "a.weights.h5", save_weights_only=True),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.EarlyStopping(monitor="accuracy", mode="max"),
    ]
    classifier().fit(*rows, verbose=0, callbacks=[callback, *others])
    settings = records_of(callback.run).params["callbacks"]
    assert set(settings) == {
        "EarlyStopping",
        "EarlyStopping_2",
        "ModelCheckpoint",
        "TerminateOnNaN",
    }
    assert settings["EarlyStopping"]["patience"] == 3
    assert settings["EarlyStopping"]["min_delta"] == 0.5
    assert settings["EarlyStopping_2"]["mode"] == "max"
    assert settings["ModelCheckpoint"]["save_weights_only"] is True


class Width(enum.Enum):
    NARROW = "narrow"


def test_own_params_are_kept_as_given_whatever_they_are(rows, classifier):
    own = {
        "width": np.int64(12),
        "kind": Width.NARROW,
        "odd": Unspeakable(),
        "limit": float("inf"),
        "optimizer": "the usual",
        "fit": {"batch_size": "small"},
    }
    callback = AHNBCallback(params=own, strict=True)
    classifier().fit(*rows, batch_size=20, verbose=0, callbacks=[callback])
    given, captured = records_of(callback.run).data_of("params")
    assert given == {
        "width": 12,
        "kind": "narrow",
        "odd": "<Unspeakable>",
        "limit": "Infinity",
        "optimizer": "the usual",
        "fit": {"batch_size": "small"},
    }
    assert "optimizer" not in captured
    assert captured["captured"]["optimizer"]["name"] == "adam"
    assert "batch_size" not in captured["fit"]
    assert captured["fit"]["epochs"] == 1


def test_what_a_run_is_called_and_judged_by(rows, classifier):
    callback = AHNBCallback(
        "team/digits",
        name="wide",
        tags="one",
        group="widths",
        notes="first try",
        monitor="val_accuracy",
        strict=True,
    )
    classifier().fit(*rows, verbose=0, callbacks=[callback])
    created = records_of(callback.run).create
    assert created["objective"] == {"metric": "val_accuracy", "mode": "max"}
    assert (created["project"], created["name"]) == ("team/digits", "wide")
    assert (created["tags"], created["group"], created["notes"]) == (["one"], "widths", "first try")


def test_environment(rows, classifier, monkeypatch):
    monkeypatch.setattr(sys, "orig_argv", ["python", "train.py", "--api-key", "very-secret"])
    callback = AHNBCallback(strict=True)
    classifier().fit(*rows, verbose=0, callbacks=[callback])
    environment = records_of(callback.run).last("environment")
    assert environment["backend"] == "tensorflow"
    assert environment["backend_version"] == tf.__version__
    assert environment["keras"] == keras.__version__
    assert environment["packages"]["keras"] == keras.__version__
    assert environment["command"] == ["python", "train.py", "--api-key", "***"]
    assert environment["seed"] == 7
    assert environment["cpu"]["threads"] >= 1
    assert environment["memory_bytes"] > 2**20
