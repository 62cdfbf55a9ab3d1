"""F17, F18, F24 and what `docs/client.md` promises of ends: real signals, real forks."""

import random
import signal
import time

import pytest

from tests.contract.trainings import Training, await_true
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db

SILENT_END = "process ended without a word"


def kill_at_random(scene: Scene, training: Training, name: str, moments: random.Random) -> None:
    await_true(lambda: bool(training.truth(name)), training)
    time.sleep(moments.uniform(0, 1.0))
    training.end()


def assert_next_process_delivers(scene: Scene, killed: Training, name: str) -> None:
    """No sync, nothing by hand: another run of whatever kind ships it."""
    other = scene.loop(1)
    assert other.wait() == 0
    if scene.left:  # a busy machine: the other process was over too soon
        assert scene.ahnb("sync").returncode == 0
    stored = scene.series(killed.run_id(name))
    for metric, points in killed.truth(name).items():
        assert stored[metric][: len(points)] == points
    assert scene.run(killed.run_id(name))["status_reason"] == SILENT_END


def killed_with_log(scene: Scene, times: int, seed: int) -> None:
    moments = random.Random(seed)
    for _ in range(times):
        training = scene.train_alone("loop")
        kill_at_random(scene, training, "loop", moments)
        assert_next_process_delivers(scene, training, "loop")


def test_killed_at_random_instants_what_was_logged_is_on_the_server(scene: Scene) -> None:
    """F17: 3 of the 90 kills: every record whose call had returned is there after the next run."""
    killed_with_log(scene, 3, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 11))
def test_killed_ninety_times_what_was_logged_is_on_the_server(scene: Scene, seed: int) -> None:
    """F17: 9 x 10 kills at random instants, 100 %."""
    killed_with_log(scene, 10, seed)


@pytest.mark.slow
@pytest.mark.keras
def test_killed_ten_times_what_keras_reported_is_on_the_server(keras: Scene) -> None:
    """F17: 10 kills with Keras at random instants, 100 % of the records of hooks that returned."""
    moments = random.Random(11)
    for _ in range(10):
        training = keras.train("endless")
        kill_at_random(keras, training, "fit", moments)
        assert_next_process_delivers(keras, training, "fit")


@pytest.mark.parametrize(
    ("number", "code", "status"),
    [
        (signal.SIGTERM, -signal.SIGTERM, "preempted"),
        (signal.SIGINT, -signal.SIGINT, "interrupted"),
    ],
)
def test_signals_end_a_run_by_their_name_and_keep_the_exit_code(
    scene: Scene, number: signal.Signals, code: int, status: str
) -> None:
    """F18: state right, exit code unchanged, everything delivered within the exit."""
    training = scene.train_alone("loop", AHNB_EXIT_TIMEOUT="60")
    await_true(lambda: bool(training.truth("loop")), training)
    # Until the sender has loaded what it needs, Python itself may forget why it ends: any `exec`
    # in another thread clears its mark of a KeyboardInterrupt, and the exit code becomes 1.
    await_true(lambda: scene.find(training.run_id("loop")) is not None, training)
    truth = training.truth("loop")  # what is logged after the signal may come too late
    training.send(number)
    assert training.wait() == code, training.errors
    assert scene.left == []
    stored = scene.series(training.run_id("loop"))
    for name, points in truth.items():
        assert stored[name][: len(points)] == points
    assert scene.run(training.run_id("loop"))["status"] == status


def test_two_hundred_forks_while_threads_log_hang_and_double_nothing(scene: Scene) -> None:
    """F24: 200 forks, each child gone within a watchdog of 30 s, 0 duplicate seq, Equal."""
    training = scene.train_alone("forking", AHNB_EXIT_TIMEOUT="60")
    assert training.wait() == 0, training.errors
    scene.assert_equal(training)
    seqs = [(seen.path, seen.body["writer"], seen.body["seq"]) for seen in scene.proxy.batches]
    assert len(seqs) == len(set(seqs))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_of_multiprocessing_are_silent(scene: Scene, method: str) -> None:
    """F24: a pool's workers record nothing of their parent's run; one run, Equal."""
    training = scene.train_alone("pooled", method, AHNB_EXIT_TIMEOUT="60")
    assert training.wait() == 0, training.errors
    scene.assert_equal(training)


def test_workers_forked_beforehand_record_runs_of_their_own(scene: Scene) -> None:
    """F24: four workers of a server that forks after it had begun to record: five runs, Equal."""
    training = scene.train_alone("prefork", AHNB_EXIT_TIMEOUT="60")
    assert training.wait() == 0, training.errors
    names = ["loop", *(f"worker-{number}" for number in range(4))]
    assert len({training.run_id(name) for name in names}) == 5
    for name in names:
        scene.assert_equal(training, name)


def test_two_processes_of_one_run_keep_both_sets(scene: Scene) -> None:
    """F23: each has a writer of its own; both sets are kept and told apart by attempt."""
    run_id = "01a21501-cc5d-7f14-9631-ced1287d6e4c"
    both = [scene.loop(500, AHNB_RUN_ID=run_id, AHNB_EXIT_TIMEOUT="60") for _ in range(2)]
    assert [training.wait() for training in both] == [0, 0]
    writers = {seen.body["writer"] for seen in scene.proxy.batches}
    assert len(writers) == 2
    assert scene.run(run_id)["metrics"]["reward"]["count"] == 1000
    assert scene.run(run_id)["status"] == "finished"


def test_a_run_that_must_not_be_repeated_is_not(scene: Scene) -> None:
    """F23: the second process is told, goes on, keeps what it recorded, and adds nothing."""
    run_id = "01a21501-cc5d-7f14-9631-ced1287d6e4d"
    first = scene.train_alone("unrepeated", run_id)
    assert first.wait() == 0
    second = scene.train_alone("unrepeated", run_id)
    assert second.wait() == 0
    assert second.has("trained")
    assert "the server does not take this run" in second.errors
    assert scene.run(run_id)["metrics"]["reward"]["count"] == 10
    assert len(scene.left) == 1
