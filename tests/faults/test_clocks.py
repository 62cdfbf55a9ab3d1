"""F20: clocks that jump, machines and processes that sleep; what is shown of time stays sound."""

import signal
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.contract.trainings import Training, await_true
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db

EXIT = {"AHNB_EXIT_TIMEOUT": "60"}
NIGHT = timedelta(hours=8)


def duration_of(scene: Scene, training: Training) -> timedelta:
    run = scene.run(training.run_id("loop"))
    began, ended = (datetime.fromisoformat(run[name]) for name in ("started_at", "finished_at"))
    return ended - began


def times_of(scene: Scene, training: Training) -> list[float]:
    """UTC seconds of each point, in the order of the steps."""
    query = "series/?metric=reward&points=100000&time=1"
    answer = scene.get(f"runs/{training.run_id('loop')}/{query}")["metrics"]["reward"]
    times: list[float] = answer["t"]
    return times


@pytest.mark.parametrize(
    ("kind", "slept"),
    [
        pytest.param("ahead", timedelta(), id="set a day ahead"),
        pytest.param("back", timedelta(), id="set a day back"),
        pytest.param("dst", timedelta(), id="end of summer time"),
        pytest.param("sleep", NIGHT, id="asleep for eight hours"),
    ],
)
def test_a_clock_that_jumps_turns_back_neither_times_nor_durations(
    scene: Scene, kind: str, slept: timedelta
) -> None:
    """Equal; times never fall along the steps; a duration counts sleep, and no change of clocks."""
    training = scene.train_alone("clocked", "1000", kind, **EXIT)
    assert training.wait() == 0, training.errors
    scene.assert_equal(training)
    times = times_of(scene, training)
    assert len(times) == 1000
    assert all(before <= after for before, after in pairwise(times))
    assert slept <= duration_of(scene, training) < slept + timedelta(minutes=2)
    assert times[-1] - times[0] <= duration_of(scene, training).total_seconds()


def test_a_clock_that_was_put_right_between_two_processes_makes_no_negative_duration(
    scene: Scene,
) -> None:
    """The first process saw tomorrow and was killed; the run goes on today, and ends well."""
    first = scene.train_alone("clocked", "500", "early", **EXIT)
    await_true(lambda: first.has("logged") and scene.count(first, "reward") == 500, first)
    first.end()
    run_id = first.run_id("loop")
    second = scene.loop(300, AHNB_RUN_ID=run_id, **EXIT)
    assert second.wait() == 0, second.errors
    if scene.left:
        assert scene.ahnb("sync").returncode == 0
    run = scene.run(run_id)
    assert run["status"] == "finished"
    project = scene.get("projects/vision/digits/runs/?q=duration+%3C+0")
    assert project["results"] == []


def test_a_process_that_slept_sends_again_when_it_wakes(scene: Scene) -> None:
    """SIGSTOP for a while: steps rise, Equal; `test_signs_of_life.py` has the long sleep."""
    training = scene.loop(3000, **EXIT)
    await_true(lambda: bool(training.truth("loop")), training)
    training.send(signal.SIGSTOP)
    time.sleep(2)
    training.send(signal.SIGCONT)
    assert training.wait() == 0
    scene.assert_equal(training)
