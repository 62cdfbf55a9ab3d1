"""Facts come from any client and any version: no rule fails over what is missing or odd."""

import copy
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahnb_client.linting.checking import check

ROW = {"parent": None, "trainable": True, "dtype": "float32", "parameters": 20}
ZEROS = {"class": "Zeros"}
DOCUMENT: dict[str, Any] = {
    "facts": 1,
    "model": {
        "class": "Functional",
        "module": "keras.src.models.functional",
        "kind": "functional",
        "dtype": "mixed_float16",
        "parameters": 6_000_000,
        "trainable_parameters": 0,
        "inputs": [{"name": "a", "shape": [None, 8], "dtype": "float32"}],
        "outputs": [{"name": "o", "shape": [None, 3]}, {"name": "p", "shape": [None, 5, 1]}],
        "layers": [
            {**ROW, "name": "a", "class": "InputLayer", "output_shape": [None, 8]},
            {**ROW, "name": "e", "class": "Embedding", "settings": {"input_dim": 3}},
            {
                **ROW,
                "name": "f",
                "class": "Dense",
                "activation": "sigmoid",
                "input_shape": [None, 8],
                "output_shape": [None, 6],
                "settings": {
                    "kernel_initializer": {"class": "RandomNormal", "stddev": 9.0},
                    "kernel_regularizer": {"class": "L1L2", "l1": 1.0, "l2": 1.0},
                    "use_bias": True,
                },
            },
            {**ROW, "name": "g", "class": "Conv1D", "activation": "linear", "calls": 2},
            {**ROW, "name": "b", "class": "BatchNormalization", "output_shape": [None, 6]},
            {**ROW, "name": "d", "class": "Dropout", "settings": {"rate": 0.9}},
            {**ROW, "name": "l", "class": "LSTM", "settings": {"recurrent_dropout": 0.1}},
            {**ROW, "name": "m", "class": "Sequential", "output_shape": [None, 3]},
            {
                **ROW,
                "name": "o",
                "class": "Dense",
                "parent": "m",
                "activation": "softmax",
                "output_shape": [None, 3],
                "settings": {"kernel_initializer": ZEROS, "units": 3},
            },
            {
                **ROW,
                "name": "p",
                "class": "Dense",
                "activation": "linear",
                "input_shape": [None, 5, 4],
                "output_shape": [None, 5, 1],
                "settings": {"kernel_initializer": ZEROS},
            },
        ],
        "operations": [{"name": "add", "class": "Add", "parent": None, "output_shape": [None, 6]}],
        "edges": [
            ["a", "e"],
            ["a", "f"],
            ["f", "b"],
            ["b", "d"],
            ["d", "add"],
            ["add", "l"],
            ["l", "p"],
            ["f", "m"],
            ["d", "m"],
        ],
        "inner_edges": {"m": [["x", "o"], ["o", "o"]]},
        "output_layers": ["m", "p"],
        "compile": {
            "loss": ["SparseCategoricalCrossentropy", "mse"],
            "loss_config": [
                {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}},
                "mse",
            ],
            "metrics": [["CategoricalAccuracy", "AUC"], ["accuracy"]],
            "metrics_config": [[{"class_name": "AUC", "config": {}}], ["accuracy"]],
            "run_eagerly": True,
        },
    },
    "params": {
        "optimizer": {
            "class_name": "Adam",
            "learning_rate": 0.5,
            "weight_decay": 2.0,
            "schedule": {
                "class_name": "CosineDecay",
                "config": {"initial_learning_rate": 0.5, "decay_steps": 5},
            },
        },
        "fit": {
            "batch_size": 1,
            "epochs": 50,
            "steps": 20,
            "steps_per_epoch": 3,
            "shuffle": False,
            "class_weight": {"0": 1.0},
            "validation_split": 0.2,
        },
        "callbacks": {
            "EarlyStopping": {"monitor": "val_acc", "mode": "min", "patience": 99},
            "ReduceLROnPlateau": {"monitor": "val_loss", "patience": 99},
        },
    },
    "data": {
        "samples": 200,
        "validation": None,
        "adapter": "ArrayDataAdapter",
        "statistics": {
            "x": {
                "shape": [200, 8],
                "rows": 200,
                "dtype": "float64",
                "min": -9.0,
                "max": 900.0,
                "mean": 100.0,
                "std": 50.0,
                "nan": 2,
                "feature_std_ratio": 1e5,
                "features": 8,
                "constant_features": 2,
                "repeated_rows": 0,
                "compared_rows": 200,
            },
            "y.0": {
                "shape": [200],
                "rows": 200,
                "min": -1.0,
                "max": 8.0,
                "whole": True,
                "sorted": True,
                "shuffled": False,
                "classes": {"0": 195, "8": 5},
            },
            "y.1": {"shape": [200, 1], "min": 0.5, "max": 1.5, "whole": False, "infinite": 1},
            "validation.x": {"shared_rows": 90, "compared_rows": 100, "same_memory": True},
        },
    },
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.lists(st.none() | st.integers(-2, 9), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each container with each of its keys."""
    keys: Any = ()
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        found += places(value[key])
    return found


def test_whole_facts_have_many_findings() -> None:
    found = {one.id for one in check(DOCUMENT, dynamic=False, strict=True)}
    assert len(found) > 20


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_rule_fails_over_odd_facts(data: st.DataObject) -> None:
    document = copy.deepcopy(DOCUMENT)
    for _ in range(data.draw(st.integers(1, 12))):
        container, key = data.draw(st.sampled_from(places(document)))
        if data.draw(st.booleans()) and isinstance(container, dict):
            container.pop(key, None)
        elif isinstance(container, dict) or key < len(container):
            container[key] = data.draw(ODD)
        if not places(document):
            break
    for finding in check(document, dynamic=False, strict=True):
        assert finding.text
        assert finding.fix


@pytest.mark.parametrize("document", [None, {}, {"model": []}, {"data": {"statistics": [1]}}])
def test_nothing_is_found_in_nothing(document: Any) -> None:
    assert check(document, dynamic=False, strict=True) == []


def test_numbers_that_are_none_do_no_harm() -> None:
    document = copy.deepcopy(DOCUMENT)
    for name in ("min", "max", "mean", "std"):
        document["data"]["statistics"]["x"][name] = math.nan
        document["data"]["statistics"]["y.0"][name] = math.inf
    document["params"]["optimizer"]["learning_rate"] = math.nan
    check(document, dynamic=False, strict=True)
