"""Any value becomes plain JSON, and nothing raises."""

import dataclasses
import datetime
import enum
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ahnb_client.capture.values import described, jsonable, scalar


class Colour(enum.Enum):
    RED = "red"
    ODD = ("not", "one", "value")


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Settings:
    width: int
    path: Path


class Mute:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


class Refusing(dict):
    def items(self) -> Any:
        raise RuntimeError("nothing to see")


class Layer:
    def get_config(self) -> dict[str, Any]:
        return {"units": np.int32(4)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([1, 2]), [1, 2]),
        (np.array(3.5), 3.5),
        (np.zeros((100, 2), "float32"), {"shape": [100, 2], "dtype": "float32"}),
        (Colour.RED, "red"),
        (Colour.ODD, "ODD"),
        (Level.HIGH, 3),
        (Path("data") / "x.csv", "data/x.csv"),
        (datetime.date(2025, 1, 2), "2025-01-02"),
        (datetime.timedelta(minutes=1), 60.0),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (2**70, str(2**70)),
        (b"abc", "<3 bytes>"),
        ({1: {2, 1}}, {"1": [1, 2]}),
        (Settings(4, Path("a")), {"width": 4, "path": "a"}),
        (Layer(), {"class_name": "Layer", "config": {"units": 4}}),
        (dict, "dict"),
        (math.sqrt, "math.sqrt"),
        ("a\0b\ud800", "a�b�"),
        (Mute(), "<Mute>"),
        ([Mute(), 1], ["<Mute>", 1]),
        (Refusing(a=1), "{'a': 1}"),
    ],
)
def test_value_becomes_json(value, expected):
    converted = jsonable(value)
    assert converted == expected
    assert type(converted) is type(expected)
    json.dumps(converted, allow_nan=False)


def test_value_within_itself_ends():
    value: dict[str, Any] = {}
    value.update(first=value, second=[value])
    assert jsonable(value) == {"first": "…", "second": ["…"]}


def test_value_of_very_many_parts_ends():
    value: list[Any] = [1]
    for _ in range(30):
        value = [value, value]
    assert len(json.dumps(jsonable(value))) < 1_000_000


def test_long_list_says_what_is_left_out():
    assert jsonable(list(range(10)), max_items=3) == [0, 1, 2, "… 7 more"]


def test_addresses_are_left_out_so_that_runs_compare_equal():
    assert described(object()) == described(object()) == "<object object>"


@pytest.mark.parametrize(
    ("value", "expected"), [(np.float64(2), 2.0), (True, 1.0), ("3", None), ([1], None)]
)
def test_scalar_is_one_number_or_none(value, expected):
    assert scalar(value) == expected
