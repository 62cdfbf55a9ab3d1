"""Real Keras trainings against the real server: every point, and how each of them ended.

The truth is what the training itself wrote down through a plain callback.
"""

import signal

import pytest

from tests.contract.stage import Stage
from tests.contract.trainings import Training

pytestmark = [pytest.mark.keras, pytest.mark.django_db]


@pytest.fixture(scope="module", params=["tensorflow", pytest.param("jax", marks=pytest.mark.slow)])
def whole(request: pytest.FixtureRequest, shared_stage: Stage) -> Training:
    """A program with several trainings, done; once on each back end."""
    if request.param == "tensorflow":
        shared_stage.nursery = request.getfixturevalue("nursery")
        training = shared_stage.train("whole")
    else:
        training = shared_stage.train_alone("whole", KERAS_BACKEND="jax")
    assert training.wait() == 0, training.errors
    return training


def test_finished_run_has_every_point(whole, shared_stage):
    run_id = whole.run_id("finished")
    truth = whole.truth("finished")
    assert shared_stage.series(run_id) == truth
    assert [step for step, _ in truth["batch/loss"]] == list(range(15))
    assert [epoch for epoch, _ in truth["val_accuracy"]] == [0, 1, 2]
    assert len({rate for _, rate in truth["learning_rate"]}) == 3


def test_finished_run_describes_itself(whole, shared_stage):
    run = shared_stage.run(whole.run_id("finished"))
    assert (run["status"], run["status_reason"]) == ("finished", "")
    assert (run["name"], run["tags"], run["project"]) == ("plain", ["small"], "vision/digits")
    assert run["started_at"] < run["finished_at"]
    assert run["objective"] == {"metric": "val_accuracy", "mode": "max"}
    assert run["params"]["width"] == 4
    assert run["params"]["fit"]["batch_size"] == 8
    assert run["params"]["optimizer"]["learning_rate"] == pytest.approx(0.01)
    assert run["model"]["parameters"] == 26
    assert run["environment"]["backend"] in ("tensorflow", "jax")


def test_summaries_are_those_of_the_points(whole, shared_stage):
    metrics = shared_stage.run(whole.run_id("finished"))["metrics"]
    for name, points in whole.truth("finished").items():
        values = [value for _, value in points]
        summary = metrics[name]
        assert (summary["first"], summary["last"]) == (values[0], values[-1])
        assert (summary["min"], summary["max"]) == (min(values), max(values))
        assert summary["unit"] == ("step" if name.startswith("batch/") else "epoch")


def test_not_a_number_arrives_as_such(whole, shared_stage):
    truth = whole.truth("diverged")
    assert "NaN" in dict(truth["loss"]).values()
    assert shared_stage.series(whole.run_id("diverged")) == truth


def test_exception_that_the_person_caught_fails_the_run(whole, shared_stage):
    run = shared_stage.run(whole.run_id("failed"))
    assert (run["status"], run["status_reason"]) == ("failed", "LookupError: no such row")
    truth = whole.truth("failed")
    assert [step for step, _ in truth["batch/loss"]] == [0, 1, 2, 3]
    assert shared_stage.series(run["id"]) == truth


def test_interrupt_that_the_person_caught_interrupts_the_run(whole, shared_stage):
    run = shared_stage.run(whole.run_id("interrupted"))
    assert run["status"] == "interrupted"
    assert shared_stage.series(run["id"]) == whole.truth("interrupted")


def test_two_fits_with_one_callback_are_one_run(whole, shared_stage):
    run = shared_stage.run(whole.run_id("twice"))
    truth = whole.truth("twice")
    assert run["status"] == "finished"
    assert [epoch for epoch, _ in truth["loss"]] == [0, 1, 2, 3]
    assert shared_stage.series(run["id"]) == truth


def test_two_callbacks_are_two_runs(whole, shared_stage):
    ids = [whole.run_id(name) for name in ("one", "other")]
    assert len(set(ids)) == 2
    for name, run_id in zip(("one", "other"), ids, strict=True):
        assert shared_stage.series(run_id) == whole.truth(name)


def test_loop_without_fit_has_every_point(whole, shared_stage):
    run = shared_stage.run(whole.run_id("loop"))
    assert (run["name"], run["status"]) == ("loop", "finished")
    assert shared_stage.series(run["id"]) == whole.truth("loop")


def test_nothing_is_left_on_the_machine(whole, shared_stage):
    assert shared_stage.left == []
    assert shared_stage.ahnb("sync").stdout == "Nothing waits to be sent.\n"


# Processes that end in the middle of an epoch


def test_ctrl_c_interrupts_the_run(keras):
    training = keras.train("endings", "")
    training.await_batches(30)
    training.send(signal.SIGINT)
    assert training.wait() == -signal.SIGINT
    assert_statuses(keras, training, "interrupted", "")
    assert_all_but_what_was_under_way(keras, training)


def test_unhandled_exception_fails_the_run(keras):
    training = keras.train("endings", "raise")
    assert training.wait() == 1
    assert_statuses(keras, training, "failed", "ArithmeticError: the person's own mistake")
    assert keras.series(training.run_id("fit")) == training.truth("fit")
    assert "ArithmeticError" in training.errors


def test_exit_status_fails_the_run_and_stays_as_it_was(keras):
    training = keras.train("endings", "exit")
    assert training.wait() == 3
    assert_statuses(keras, training, "failed", "exit status 3")
    assert keras.series(training.run_id("fit")) == training.truth("fit")


def test_sigterm_preempts_the_run(keras):
    training = keras.train("endings", "gate")
    training.await_gate(1)
    training.send(signal.SIGTERM)
    assert training.wait() == -signal.SIGTERM
    assert_statuses(keras, training, "preempted", "")
    assert keras.series(training.run_id("fit")) == training.truth("fit")


def test_killed_run_is_whole_and_ended_after_sync(keras):
    training = keras.train("endings", "")
    training.await_batches(30)
    training.send(signal.SIGKILL)
    assert training.wait() == -signal.SIGKILL
    assert keras.run(training.run_id("fit"))["status"] == "running"
    done = keras.ahnb("sync")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_statuses(keras, training, "failed", "process ended without a word")
    assert_all_but_what_was_under_way(keras, training)
    assert keras.left == []


def assert_statuses(stage: Stage, training: Training, status: str, reason: str) -> None:
    """Of the fit, and of the loop that was open beside it."""
    for name in ("fit", "loop"):
        run = stage.run(training.run_id(name))
        assert (run["status"], run["status_reason"]) == (status, reason)
        assert run["finished_at"] is not None


def assert_all_but_what_was_under_way(stage: Stage, training: Training) -> None:
    """The server has what the training wrote down, and at most the batch that it could not."""
    stored, truth = stage.series(training.run_id("fit")), training.truth("fit")
    for name, points in truth.items():
        assert stored[name][: len(points)] == points, name
        assert len(stored[name]) <= len(points) + 1, name
    assert len(truth["batch/loss"]) >= 30
