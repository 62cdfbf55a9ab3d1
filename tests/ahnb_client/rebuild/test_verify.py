"""A recorded model that is made again: what counts as a difference, and what does not."""

import json
from collections.abc import Callable
from typing import Any

import keras
import pytest

from ahnb_client.capture.model import model_document
from ahnb_client.commands.verify import verified
from ahnb_client.rebuild.model import answer_to
from ahnb_client.rebuild.names import made_by_keras, without_numbers

pytestmark = pytest.mark.keras
layers = keras.layers


def branched(name: str | None = None) -> keras.Model:
    """A residual model; Keras names all of it but perhaps the model."""
    inputs = keras.Input((4,))
    hidden = layers.Dense(4)(inputs)
    outputs = layers.Dense(2)(layers.add([hidden, inputs]) * 2.0)
    return keras.Model(inputs, outputs, name=name)


def nested() -> keras.Model:
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(1)(branched()(inputs)))


def recurrent() -> keras.Model:
    return keras.Sequential(
        [keras.Input((5, 3)), layers.Bidirectional(layers.LSTM(2)), branched2()]
    )


def branched2() -> keras.Model:
    inputs = keras.Input((4,))
    return keras.Model(inputs, [layers.Dense(1)(inputs)])


@keras.saving.register_keras_serializable("test_verify")
class Own(keras.Model):
    """Makes its layers by itself, so that Keras names them anew each time."""

    def __init__(self, units: int = 3, **options: Any) -> None:
        super().__init__(**options)
        self.first, self.second = layers.Dense(units), layers.Dense(1)
        self.units = units

    def call(self, inputs: Any) -> Any:
        return self.second(self.first(inputs))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}

    def build(self, shape: Any) -> None:
        self.first.build(shape)
        self.second.build((None, self.units))
        self.built = True


def own() -> keras.Model:
    model = Own()
    model.build((None, 4))
    return model


def recorded(make: Callable[[], keras.Model], before: int = 2) -> dict[str, Any]:
    """The document of a model of a process that has made others before."""
    keras.backend.clear_session()
    for _ in range(before):
        make()
    model = make()
    model.compile("adam", "mse")
    document: dict[str, Any] = json.loads(json.dumps(model_document(model)))
    return document


def wrong(document: dict[str, Any]) -> list[str]:
    """What does not hold when the model is made again in a process that begins."""
    keras.backend.clear_session()
    answer = answer_to({"model": document, "code": None, "trust": False})
    assert answer["error"] == ""
    return [check["name"] for check in answer["checks"] if not check["holds"]]


@pytest.mark.parametrize("make", [branched, nested, recurrent, own])
@pytest.mark.parametrize("before", [0, 2])
def test_a_model_that_keras_named_is_the_same_again(make, before):
    assert wrong(recorded(make, before)) == []


def test_a_model_without_a_name_holds_for_the_command():
    document = recorded(branched)
    report = verified({"id": "1", "project": "a/b", "number": 1}, {"model": document}, trust=False)
    assert (report["error"], report["holds"]) == ("", True)


def test_a_model_that_is_compared_twice_is_compared_whole():
    document = recorded(nested)
    before = json.dumps(document)
    assert wrong(document) == wrong(document) == []
    assert json.dumps(document) == before


def renamed(document: dict[str, Any], one: str, other: str) -> dict[str, Any]:
    return json.loads(json.dumps(document).replace(f'"{one}"', f'"{other}"'))


def compared(document: dict[str, Any]) -> list[Any]:
    """The parts that are compared by names."""
    told = without_numbers(document)
    return [told[part] for part in ("name", "layers", "edges", "config")]


def test_numbers_of_keras_do_not_count_but_names_and_places_do():
    first, later = recorded(branched, 0), recorded(branched, 3)
    assert first["layers"] != later["layers"]
    assert compared(first) == compared(later)
    assert compared(first) != compared(renamed(later, later["name"], "encoder"))
    assert compared(first) != compared(renamed(later, "dense_6", "head"))
    swapped = renamed(renamed(renamed(later, "dense_6", "x"), "dense_7", "dense_6"), "x", "dense_7")
    assert compared(first) == compared(swapped)
    later["edges"] = later["edges"][::-1]
    assert compared(first) != compared(later)


def test_a_name_that_a_person_gave_counts():
    document = recorded(lambda: branched("encoder"))
    assert wrong(document) == []
    assert without_numbers(document)["name"] == "encoder"
    assert compared(document) != compared(recorded(branched))


@pytest.mark.parametrize(
    ("name", "class_name", "is_made"),
    [
        ("dense", "Dense", True),
        ("dense_12", "Dense", True),
        ("conv2d_3", "Conv2D", True),
        ("re_lu", "ReLU", True),
        ("multi_head_attention_1", "MultiHeadAttention", True),
        ("model_2", "Functional", True),
        ("functional", "Functional", True),
        ("dense_layer", "Dense", False),
        ("dense_", "Dense", False),
        ("encoder", "Functional", False),
        ("conv2d", "Dense", False),
    ],
)
def test_it_is_known_what_keras_calls_a_layer(name, class_name, is_made):
    assert bool(made_by_keras(class_name).fullmatch(name)) == is_made
