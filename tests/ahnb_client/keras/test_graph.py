"""What is told of the calls in a model: shapes in and out, shared layers, models within."""

import keras
import pytest
from keras import layers

from ahnb_client.capture import model as capture
from ahnb_client.capture.model import model_document

pytestmark = [
    pytest.mark.keras,
    # Keras reads TensorFlow's variables in a way that NumPy 2 wants otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def rows(model: keras.Model) -> dict[str, dict]:
    return {row["name"]: row for row in model_document(model)["layers"]}


def test_shapes_that_go_in():
    query, value = keras.Input((4, 8)), keras.Input((6, 8))
    seen = layers.MultiHeadAttention(2, 3, name="attention")(query, value)
    joined = layers.Add(name="sum")([query, seen])
    found = rows(keras.Model([query, value], layers.Dense(2, name="last")(joined)))
    assert found["attention"]["input_shape"] == [[None, 4, 8], [None, 6, 8]]
    assert found["sum"]["input_shape"] == [[None, 4, 8], [None, 4, 8]]
    assert found["last"]["input_shape"] == [None, 4, 8]


def test_a_shared_layer_tells_its_calls_and_their_shapes_where_they_differ():
    short, long = keras.Input((4, 3)), keras.Input((6, 3))
    twin, plain = layers.Dense(3, name="twin"), layers.Dense(3, name="plain")
    model = keras.Model([short, long], [twin(short), twin(long), plain(plain(short))])
    found = rows(model)
    assert (found["twin"]["calls"], found["plain"]["calls"]) == (2, 2)
    assert sorted(found["twin"]["call_shapes"]) == [
        [[None, 4, 3], [None, 4, 3]],
        [[None, 6, 3], [None, 6, 3]],
    ]
    assert "call_shapes" not in found["plain"]
    assert "calls" not in rows(keras.Sequential([keras.Input((3,)), layers.Dense(1)]))


def test_graphs_within_and_what_is_no_layer():
    inside = keras.Input((3,), name="inside")
    block = keras.Model(inside, layers.Dense(3, name="deep")(inside) + inside, name="block")
    given = keras.Input((3,), name="given")
    document = model_document(keras.Model(given, block(given)))
    (operation,) = document["operations"]
    assert (operation["class"], operation["parent"]) == ("Add", "block")
    assert operation["output_shape"] == [None, 3]
    name = operation["name"]
    assert sorted(document["inner_edges"]["block"]) == sorted(
        [["inside", "deep"], ["deep", name], ["inside", name]]
    )
    assert document["output_layers"] == ["block"]


def test_weights_by_type():
    half = layers.Dense(2, dtype="float16")
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), half])
    model.layers[0].trainable = False
    assert model_document(model)["weights"] == [
        {"dtype": "float32", "parameters": 16, "trainable": 0, "bytes": 64},
        {"dtype": "float16", "parameters": 10, "trainable": 10, "bytes": 20},
    ]


class Mine(layers.Layer):
    """A layer that cannot be serialized."""

    def __init__(self, kind: object) -> None:
        super().__init__(name="mine")
        self.kind = kind

    def call(self, inputs):
        return inputs


def test_a_model_that_cannot_be_serialized_still_has_its_graph():
    given = keras.Input((3,), name="given")
    document = model_document(keras.Model(given, Mine(object())(given)))
    assert document["config"] is None
    assert document["edges"] == [["given", "mine"]]
    (mine,) = (row for row in document["layers"] if row["name"] == "mine")
    assert mine["own"] is True


def test_a_document_that_would_be_too_large_tells_less():
    described = {f"initializer_{number}": {"class": "Zeros"} for number in range(20)}
    rows = [{"name": f"d{n}", "settings": {"units": 1} | described} for n in range(5000)]
    document = {"layers": rows, "config": {}, "config_error": None}
    less = capture._small_enough(document)
    assert less["layers"][0] == {"name": "d0", "settings": {"units": 1}}
    assert (len(less["layers"]), less["config"]) == (5000, {})
    least = capture._small_enough(document | {"config": list(range(180_000))})
    assert (least["config"], least["config_error"]) == (
        None,
        "too large beside the table of layers",
    )
    assert least["layers"][0]["settings"] == {"units": 1}
