"""Values next to that of the best run."""

import math
import random
from typing import Any

import pytest

from runs.pages.steps import dimension, written


def values(own: Any, used: list[Any]) -> list[Any]:
    found = dimension("width", own, used)
    assert found is not None
    return [step.cell.value for step in found.steps]


@pytest.mark.parametrize(
    ("own", "used", "expected"),
    [
        (64, [16, 64, 256], [16, 256]),
        (256, [16, 64, 256], [64, 512]),
        (16, [16, 64, 256], [8, 64]),
        (1, [1, 2, 4], [2]),  # half a unit is none
        (0.01, [0.0001, 0.001, 0.01], [0.001, 0.1]),
        (0.01, [0.0003, 0.001, 0.003, 0.01], [0.003, 0.03]),
        (0.0, [0.0, 0.2, 0.4], [0.2]),  # nothing below zero
        (0.9, [0.5, 0.7, 0.9], [0.7]),  # a share stays below one
        (12, [4, 8, 12], [8, 16]),
        (3, [1, 2, 3], [2, 4]),
        (5, [5], []),
        ("adam", ["adam", "sgd", "sgd", "rmsprop"], ["sgd", "rmsprop"]),
        (True, [True, False, False], ["false"]),
    ],
)
def test_neighbours_are_those_in_use_or_one_step_beyond(
    own: Any, used: list[Any], expected: list[Any]
) -> None:
    assert values(own, used) == pytest.approx(expected) if expected else not values(own, used)


@pytest.mark.parametrize(
    ("own", "edge"), [(256, "largest"), (16, "smallest"), (64, ""), (64.0, "")]
)
def test_the_end_of_what_was_tried_is_told(own: Any, edge: str) -> None:
    found = dimension("width", own, [16, 64, 256])
    assert found is not None
    assert found.edge == edge


def test_two_values_have_no_edge_worth_telling() -> None:
    found = dimension("width", 64, [16, 64])
    assert found is not None
    assert found.edge == ""


def test_numbers_that_were_drawn_step_by_a_factor_and_a_neighbourhood_counts_as_tried() -> None:
    drawn = [10 ** (-4 + number / 10) for number in range(31)]
    found = dimension("rate", drawn[15], drawn)
    assert found is not None
    low, high = (step.cell for step in found.steps)
    assert low.value == pytest.approx(drawn[15] / 2, rel=0.05)
    assert high.value == pytest.approx(drawn[15] * 2, rel=0.05)
    assert low.low is not None
    assert low.high is not None
    assert low.low < low.value < low.high < drawn[15]


def test_what_cannot_be_stepped_has_no_dimension() -> None:
    assert dimension("width", None, [1, 2]) is None
    assert dimension("shape", [1, 2], [[1, 2], [3]]) is None
    assert dimension("name", "a", [f"n{number}" for number in range(40)]) is None


@pytest.mark.parametrize(
    ("own", "text"), [(0.003, "0.003"), (256, "256"), ("adam", '"adam"'), (True, "True")]
)
def test_values_are_written_as_in_python(own: Any, text: str) -> None:
    found = dimension("width", own, [own])
    assert found is not None
    assert written(found.own) == text


@pytest.mark.parametrize("seed", range(200))
def test_odd_values_do_no_harm(seed: int) -> None:
    chance = random.Random(seed)
    odd = [0, -1, 3.5, 1e308, -1e308, 5e-324, 10**400, True, None, "", [1], {}, 1e-5, "x" * 300]
    pool = chance.sample(odd, 6) if seed % 2 else [1e308 * chance.uniform(-1, 1) for _ in odd]
    used = [chance.choice(pool) for _ in range(40)]
    found = dimension("width", used[0], used)
    if found is not None:
        assert all(math.isfinite(float(step.cell.low or 0)) for step in found.steps)
        assert all(written(step.cell) for step in found.steps)
