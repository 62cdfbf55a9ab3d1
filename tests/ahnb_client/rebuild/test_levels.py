"""What two runs are said to have in common."""

from typing import Any

import pytest

from ahnb_client.rebuild.levels import Level, compare, recorded_parts


def series(*values: float, **more: Any) -> dict[str, Any]:
    """A series as the API gives it."""
    steps = list(range(len(values)))
    ends = {"last": [steps[-1], values[-1]] if values else None}
    answer = {"total": len(values), "x": steps, "min": list(values), "max": list(values)}
    return {**answer, "nonfinite": [], **ends, **more}


ONE = {"loss": series(0.5, 0.25), "acc": series(0.1, 0.9)}


def test_equal_values_and_weights_are_bit_identical():
    found = compare(ONE, ONE, ("a", "a"))
    assert (found.level, found.same, found.weights) == (
        Level.BIT_IDENTICAL,
        ["acc", "loss"],
        "equal",
    )


@pytest.mark.parametrize("weights", [("a", "b"), (None, None), ("a", None)])
def test_equal_values_alone_are_reproduced(weights):
    assert compare(ONE, ONE, weights).level is Level.REPRODUCED


def test_last_values_within_the_tolerance_are_reproduced():
    again = {**ONE, "loss": series(0.6, 0.252)}
    found = compare(ONE, again, ("a", "b"))
    assert (found.level, found.same, found.close) == (Level.REPRODUCED, ["acc"], ["loss"])
    strict = compare(ONE, again, tolerance=0.001)
    assert strict.level is Level.RERUNNABLE
    assert strict.other == ["loss ends at 0.252 instead of 0.25"]


def test_runs_without_a_common_end_are_not_reproduced():
    shorter = {**ONE, "loss": series(0.5)}
    assert compare(ONE, shorter).other == ["loss ends at another step"]
    less = {"loss": ONE["loss"]}
    assert compare(ONE, less).other == ["acc is in one of the runs only"]
    assert compare({}, {}).level is Level.RERUNNABLE


def test_runs_that_diverge_alike_are_equal():
    nan = {"loss": series(nonfinite=[[0, "NaN"]], total=1, x=[0], min=[None], max=[None])}
    assert compare(nan, nan).same == ["loss"]
    assert compare(nan, {"loss": series(0.5)}).other == ["loss ends at another step"]


def test_missing_parts_of_a_record_are_named():
    whole = {
        "model": {"class": "Sequential"},
        "environment": {"command": ["python"], "packages": {"keras": "3"}, "seed": 0},
        "code": {"kind": "script", "source": "x = 1"},
        "data": {"x": {}},
    }
    assert recorded_parts(whole) == []
    assert recorded_parts({"environment": None}) == [
        "the model",
        "the code",
        "the command",
        "the packages",
        "the form of the data",
        "a seed",
    ]
