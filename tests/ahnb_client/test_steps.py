"""Steps: which one a point gets, and what a bad one costs."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ahnb_client.run import Run
from ahnb_client.steps import Steps

from .server import Store

Begin = Callable[..., Run]
BAD = [1.5, math.nan, math.inf, "3", -1, 2**53, 2**63, 2**64, 10**30, [1], object()]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_bad_step_costs_its_own_point_alone(
    begin: Begin, store: Store, capsys: pytest.CaptureFixture[str], bad: Any
) -> None:
    run = begin(strict=False)
    run.log({"loss": 0.5, "accuracy": 0.1}, step=10)
    run.log({"loss": 0.4, "accuracy": 0.2}, step=bad)
    run.log({"loss": 0.3, "accuracy": 0.3})
    run.log({"loss": 0.2, "accuracy": 0.4})
    assert run.wait(10)
    assert store.points(run.id, "loss") == [(10, 0.5), (11, 0.3), (12, 0.2)]
    assert store.events(run.id, "lost") == [{"reasons": {"bad-step": 2}}]


def test_a_bad_step_is_told_with_what_is_wanted(
    begin: Begin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ahnb_client.notices._said", set())
    run = begin(strict=False)
    run.log({"loss": 0.5}, step=1.5)  # type: ignore[arg-type]
    said = capsys.readouterr().err
    assert said.count("not recorded (bad-step): a step is a whole number, not 1.5") == 1


def test_a_bad_step_of_a_strict_run_is_raised_and_forgotten(begin: Begin, store: Store) -> None:
    run = begin()
    with pytest.raises(ValueError, match="whole number"):
        run.log({"loss": 0.5}, step=1.5)  # type: ignore[arg-type]
    run.log({"loss": 0.5})
    assert run.wait(10)
    assert store.points(run.id, "loss") == [(0, 0.5)]


@pytest.mark.parametrize("step", [7, True, 7.0, np.int64(7), np.float32(7), np.uint8(7)], ids=repr)
def test_whole_numbers_of_any_type_are_steps(begin: Begin, store: Store, step: Any) -> None:
    run = begin()
    run.log({"loss": 0.5}, step=step)
    run.log({"loss": 0.4})
    assert run.wait(10)
    assert store.points(run.id, "loss") == [(int(step), 0.5), (int(step) + 1, 0.4)]


def test_a_bad_step_of_a_series_is_no_point(begin: Begin, store: Store) -> None:
    run = begin(strict=False)
    loss = run.series(("loss",))
    for step in (0, 2**60, 1, np.uint64(2**63), 2):
        loss.append(step, [0.5])  # type: ignore[arg-type]
    assert run.wait(10)
    assert [step for step, _ in store.points(run.id, "loss")] == [0, 1, 2]


def test_a_bad_first_step_begins_no_attempt_of_a_run_that_goes_on(
    begin: Begin, store: Store
) -> None:
    first = begin()
    first.log({"loss": 0.5}, step=6)
    first.finish()
    assert first.wait(10)
    again = begin(id=first.id, strict=False)
    again.past.saw(0, "step", 6)
    again._is_taken_up = True
    again.log({"loss": 0.4}, step=math.nan)  # type: ignore[arg-type]
    again.log({"loss": 0.3}, step=4)
    assert again.wait(10)
    (attempt,) = store.events(first.id, "attempt")
    assert attempt["from_step"] == 4


def test_the_end_of_the_axis_is_no_trap() -> None:
    steps = Steps({})
    assert steps.place(2**53 - 1, "step") == 2**53 - 1
    with pytest.raises(ValueError, match="between"):
        steps.place(None, "step")
    assert (steps.place(3, "step"), steps.place(None, "step")) == (3, 4)


def test_axes_are_counted_apart_and_points_over_time_need_none() -> None:
    steps = Steps({"step": 5})
    assert [steps.place(None, unit) for unit in ("step", "epoch", "time")] == [5, 0, 0]
    assert steps.place("whenever", "time") == 0
