"""Names that Keras counts up within a process, and those that a person gave."""

from typing import Any

import pytest

from runs.differences.names import made_up_of, recounted


@pytest.mark.parametrize(
    ("name", "kind", "stem"),
    [
        ("dense_55", "Dense", "dense"),
        ("dense", "Dense", "dense"),
        ("conv2d_transpose_3", "Conv2DTranspose", "conv2d_transpose"),
        ("keras_tensor_14", "KerasTensor", "keras_tensor"),
        ("adam_1", "Adam", "adam"),
        ("model_2", "Functional", "model"),
        ("input_3", "InputLayer", "input"),
        ("encoder_2", "Functional", ""),
        ("dense_a", "Dense", ""),
        ("dense_²", "Dense", ""),
        ("my_dense_1", "Dense", ""),
        (7, "Dense", ""),
        ("dense_1", None, ""),
    ],
)
def test_a_name_is_made_up_where_it_is_the_class_and_a_number(
    name: Any, kind: Any, stem: str
) -> None:
    assert made_up_of(name, kind) == stem


def built(before: int, name: str = "") -> dict[str, Any]:
    """A model in a process that had built so many of its kind before."""

    def counted(stem: str, place: int = 0, each: int = 1) -> str:
        number = before * each + place
        return f"{stem}_{number}" if number else stem

    dense = [counted("dense", place, 2) for place in (0, 1)]
    total = counted("add")
    return {
        "name": name or counted("functional"),
        "class": "Functional",
        "layers": [
            *({"name": one, "class": "Dense"} for one in dense),
            {"name": counted("sequential"), "class": "Sequential"},
        ],
        "inputs": [{"name": counted("keras_tensor", 0, 4), "dtype": "float32"}],
        "outputs": [{"name": counted("keras_tensor", 0, 28), "dtype": "float32"}],
        "operations": [{"name": total, "class": "Add", "parent": None}],
        "edges": [[dense[0], total], [total, dense[1]]],
        "inner_edges": {counted("sequential"): [[counted("input_layer"), dense[0]]]},
        "output_layers": [dense[1]],
        "compile": {
            "optimizer_config": {"class_name": "Adam", "config": {"name": counted("adam")}}
        },
    }


def test_the_same_model_is_the_same_whatever_was_built_before() -> None:
    first = recounted(built(0))
    assert recounted(built(7)) == first
    assert first == {key: part for key, part in built(0).items() if key != "layers"}


def test_what_a_person_named_otherwise_differs() -> None:
    assert recounted(built(0, "encoder_1"))["name"] == "encoder_1"
    assert recounted(built(3, "encoder_2"))["name"] == "encoder_2"


@pytest.mark.parametrize("odd", [None, 7, [], {}, "x", [{}], [7], {"layers": {"name": []}}])
def test_odd_models_break_nothing(odd: Any) -> None:
    keys = ("name", "class", "layers", "operations", "edges", "output_layers", "inputs", "compile")
    assert recounted(dict.fromkeys(keys, odd))["edges"] == odd
