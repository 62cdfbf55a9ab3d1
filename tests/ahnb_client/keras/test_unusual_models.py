"""Models that are very large, nested deeply, or trained by several optimizers."""

import json
from typing import Any

import keras
import pytest
import tensorflow as tf

from ahnb_client import AHNBCallback
from ahnb_client.capture.model import model_document
from ahnb_client.plain import plain
from tests.ahnb_client.keras.conftest import records_of

pytestmark = [
    pytest.mark.keras,
    # Keras reads TensorFlow's variables in a way that NumPy 2 wants otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def beside_each_other(number: int) -> keras.Model:
    """So many layers with the same input: in a row, Keras itself would recurse too deeply."""
    entry = keras.Input((3,))
    ends = [keras.layers.Dense(1)(entry) for _ in range(number)]
    return keras.Model(entry, keras.layers.Add()(ends))


def within_each_other(levels: int) -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, name="innermost")])
    for _ in range(levels - 1):
        model = keras.Sequential([keras.Input((3,)), model])
    return model


@pytest.mark.parametrize("layers", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_model_of_many_layers_is_recorded_whole(layers):
    model = beside_each_other(layers)
    document = model_document(model)
    assert (len(document["layers"]), document["parameters"]) == (layers + 2, model.count_params())
    assert len(document["edges"]) == 2 * layers
    again = keras.saving.deserialize_keras_object(plain(document)["config"])
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


def test_models_within_models_are_opened_and_too_many_levels_said_so():
    few, many = (model_document(within_each_other(levels)) for levels in (10, 20))
    assert [document["layers"][-1]["name"] for document in (few, many)] == ["innermost"] * 2
    assert (len(few["layers"]), len(many["layers"])) == (10, 20)
    assert json.dumps(plain(few)["config"]) == json.dumps(few["config"])
    assert few["config_error"] is None
    assert many["config"] is None
    assert many["config_error"] == "nested too deeply: more than 50 levels"


class Halves(keras.Model):
    """Two models trained by an optimizer each, never called as one."""

    def __init__(self) -> None:
        super().__init__()
        self.maker = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
        self.judge = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])

    def compile(self, of_maker: Any, of_judge: Any) -> None:
        super().compile()
        self.of_maker, self.of_judge = of_maker, of_judge

    def train_step(self, data: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.judge(self.maker(data)))
        gradients = tape.gradient(loss, self.judge.trainable_variables)
        self.of_judge.apply(gradients, self.judge.trainable_variables)
        return {"judge_loss": loss}


def test_model_of_two_halves_with_optimizers_of_their_own(rows):
    model, callback = Halves(), AHNBCallback(strict=True)
    model.compile(keras.optimizers.Adam(0.25), keras.optimizers.SGD(0.5))
    history = model.fit(rows[0], verbose=0, callbacks=[callback]).history
    records = records_of(callback.run)
    assert records.values("judge_loss") == history["judge_loss"]
    optimizers = records.params["optimizers"]
    assert {name: told["name"] for name, told in optimizers.items()} == {
        "of_maker": "adam",
        "of_judge": "sgd",
    }
    assert optimizers["of_maker"]["learning_rate"] == 0.25
    document = records.last("model")
    assert (document["parameters"], len(document["layers"])) == (16, 4)
    begun, ended = records.last("environment")["weights"], records.last("summary")["weights"]
    assert begun["hash"] != ended["hash"]
