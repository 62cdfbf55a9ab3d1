"""Servers that go away and come back, databases that cut connections, machines without either.

In the end the server has every point exactly once, and the training never noticed.
"""

import random
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection

from tests.contract.stage import Stage
from tests.contract.trainings import Training, await_true
from tests.live import LiveServer

pytestmark = pytest.mark.django_db
needs_keras = pytest.mark.keras

TERMINATE_OTHERS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


# The server stops while Keras trains


@needs_keras
def test_server_stopped_half_way_gets_everything_without_help(keras, server):
    training = keras.train("gated", AHNB_EXIT_TIMEOUT="60")
    training.await_gate(1)
    server.stop()
    training.open_gate(1)
    training.await_gate(3)
    server.start()
    training.open_gate(3)
    assert training.wait() == 0
    assert_delivered(keras, training, "fit")
    assert keras.run(training.run_id("fit"))["status"] == "finished"
    assert training.errors.count("ahnb: no connection") == 1, training.errors


@needs_keras
def test_server_that_stays_away_leaves_the_rest_to_sync(keras, server):
    training = keras.train("gated", AHNB_EXIT_TIMEOUT="2")
    training.await_gate(1)
    server.stop()
    for epoch in (1, 3):
        training.open_gate(epoch)
    assert training.wait(60) == 0
    assert training.has("trained")
    run_id = training.run_id("fit")
    assert training.errors.splitlines()[-1].endswith(f": ahnb sync {run_id}")
    server.start()
    assert keras.run(run_id)["status"] == "running"
    done = keras.ahnb("sync", run_id)
    assert (done.returncode, done.stdout.split()[:2]) == (0, [run_id, "delivered"])
    assert_delivered(keras, training, "fit")
    assert keras.run(run_id)["status"] == "finished"


@needs_keras
def test_training_is_the_same_without_a_server_and_login_and_sync_deliver_it(keras, server):
    server.stop()
    training = keras.train("alone", AHNB_EXIT_TIMEOUT="1")
    assert training.wait() == 0, training.errors
    assert training.output == "equal\n"
    assert "recording offline in " in training.errors
    ids = {name: training.run_id(name) for name in ("offline", "down")}
    assert keras.left == sorted(ids.values())

    server.start()
    without = ("AHNB_SERVER", "AHNB_API_KEY")
    refused = keras.ahnb("sync", without=without)
    assert (refused.returncode, refused.stdout.count("ahnb login")) == (1, 2)
    login = keras.ahnb(
        "login", "--server", server.url, "--key", "-", typed=keras.token, without=without
    )
    assert login.returncode == 0, login.stderr
    assert keras.ahnb("sync", without=without).returncode == 0
    for name, run_id in ids.items():
        assert_delivered(keras, training, name)
        assert keras.run(run_id)["status"] == "finished"


# Faults under load


def test_killed_server_loses_and_doubles_nothing(stage, server):
    under_load(stage, lambda: restart_after_kill(server), times=3)


@pytest.mark.slow
def test_server_killed_twenty_times_loses_and_doubles_nothing(stage, server):
    under_load(stage, lambda: restart_after_kill(server), times=20)


def test_terminated_database_connections_lose_and_double_nothing(stage):
    under_load(stage, terminate_connections, times=10)


def test_frozen_server_holds_up_neither_the_loop_nor_its_end(stage, server):
    training = stage.train_alone("loop", AHNB_EXIT_TIMEOUT="1")
    await_points(stage, training, 1)
    server.freeze()
    await_truth(training, 2_000)
    training.touch("stop")
    assert training.wait(60) == 0
    assert f"ahnb sync {training.run_id('loop')}" in training.errors
    server.thaw()
    assert stage.ahnb("sync").returncode == 0
    assert_delivered(stage, training, "loop")
    assert stage.run(training.run_id("loop"))["status"] == "finished"


def test_second_sync_changes_nothing(stage, server):
    """As when the answer to everything was lost: what was sent is sent once more."""
    server.stop()
    training = stage.train_alone("loop", AHNB_EXIT_TIMEOUT="1")
    await_truth(training, 5_000)
    training.touch("stop")
    assert training.wait() == 0
    copy_of_spool = {
        path: path.read_bytes() for path in (stage.home / "spool").rglob("*") if path.is_file()
    }
    server.start()
    for _ in range(2):
        assert stage.ahnb("sync").returncode == 0
        assert stage.left == []
        for path, content in copy_of_spool.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    assert_delivered(stage, training, "loop", leaves=[training.run_id("loop")])


@pytest.mark.slow
def test_program_killed_at_any_moment_keeps_what_it_wrote_down(stage):
    moments = random.Random(17)
    for _ in range(20):
        training = stage.train_alone("loop")
        await_truth(training, 1)
        time.sleep(moments.uniform(0, 1.5))
        training.end()
        done = stage.ahnb("sync")
        assert (done.returncode, stage.left) == (0, []), done.stdout
        run_id = training.run_id("loop")
        assert stage.run(run_id)["status_reason"] == "process ended without a word"
        stored = stage.series(run_id)
        for name, points in training.truth("loop").items():
            assert stored[name][: len(points)] == points
            assert [step for step, _ in stored[name]] == list(range(len(stored[name])))


def under_load(stage: Stage, fault: Callable[[], None], *, times: int) -> None:
    """Let a program log without pause, and a fault happen while its points arrive."""
    training = stage.train_alone("loop", AHNB_EXIT_TIMEOUT="60")
    for _ in range(times):
        await_points(stage, training, points_of(stage, training) + 100)
        fault()
    training.touch("stop")
    assert training.wait() == 0, training.errors
    if stage.left:  # a busy machine: the end of the process waits for five failures at most
        assert stage.ahnb("sync").returncode == 0
    assert_delivered(stage, training, "loop")
    assert stage.run(training.run_id("loop"))["status"] == "finished"


def restart_after_kill(server: LiveServer) -> None:
    server.kill()
    server.start()


def terminate_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TERMINATE_OTHERS)


def points_of(stage: Stage, training: Training) -> int:
    """How many points of a metric the server has."""
    if not training.has("loop.run"):
        return 0
    found = stage.find(training.run_id("loop"))
    return int(found["metrics"].get("reward", {}).get("count", 0)) if found else 0


def await_points(stage: Stage, training: Training, number: int) -> None:
    await_true(lambda: points_of(stage, training) >= number, training)


def await_truth(training: Training, number: int) -> None:
    await_true(lambda: len(training.truth("loop").get("reward", ())) >= number, training)


def assert_delivered(
    stage: Stage, training: Training, name: str, leaves: list[str] | None = None
) -> None:
    """The server has exactly what the program wrote down, and the machine nothing more."""
    stored, truth = stage.series(training.run_id(name)), training.truth(name)
    assert stored == truth
    for points in stored.values():
        assert all(before < after for (before, _), (after, _) in pairwise(points))
    assert stage.left == (leaves or [])
