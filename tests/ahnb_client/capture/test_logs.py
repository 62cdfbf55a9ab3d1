"""Keras' logs become named numbers."""

import numpy as np

from ahnb_client.capture.logs import numbers


def test_floats_stay_as_they_are():
    assert numbers({"loss": 0.5, "accuracy": 1.0}) == {"loss": 0.5, "accuracy": 1.0}


def test_several_values_get_a_name_each():
    logs = {"f1": np.array([0.25, 0.5]), "by": {"a": 1.0, "b": [2.0]}, "n": np.int64(3)}
    assert numbers(logs) == {"f1/0": 0.25, "f1/1": 0.5, "by/a": 1.0, "by/b/0": 2.0, "n": 3}


def test_what_is_no_number_is_left_out():
    assert numbers({"note": "good", "nothing": None}) == {}


def test_object_that_raises_costs_itself_alone():
    class Raises:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(name)

    odd = Raises()
    assert numbers({"odd": odd, "loss": 0.5}) == {"odd": odd, "loss": 0.5}
