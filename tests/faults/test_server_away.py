"""F1, F3, F12: a server that is not there at the start, goes, or has no address."""

import time

import pytest

from tests.contract.trainings import await_true
from tests.faults.scene import Scene
from tests.live import LiveServer

pytestmark = pytest.mark.django_db


def test_a_server_that_is_down_at_the_start_gets_everything_later(
    scene: Scene, server: LiveServer
) -> None:
    """F1: refused at the start, there later: Equal without help."""
    server.stop()
    training = scene.loop(3000, AHNB_SERVER=server.url, AHNB_EXIT_TIMEOUT="60")
    await_true(lambda: bool(training.truth("loop")), training)
    server.start()
    assert training.wait() == 0
    scene.assert_equal(training)


@pytest.mark.slow
def test_an_outage_of_thirty_seconds_is_caught_up_with(scene: Scene, server: LiveServer) -> None:
    """F3: down for 30 s, 100,000 points meanwhile; drained within 60 s of the return, Equal."""
    training = scene.train_alone("paused", "50000", AHNB_SERVER=server.url)
    await_true(lambda: scene.find_run(training) is not None, training)
    server.stop()
    down_until = time.monotonic() + 30
    await_true(lambda: training.has("logged") and time.monotonic() > down_until, training)
    server.start()
    back = time.monotonic()
    await_true(lambda: scene.count(training, "speed") == 50_000, training)
    assert time.monotonic() - back <= 60
    training.touch("stop")
    assert training.wait() == 0
    scene.assert_equal(training)


@pytest.mark.parametrize("address", ["http://no-such-host.invalid:8765", "http://127.0.0.1:9"])
def test_no_address_holds_neither_the_loop_nor_the_end(scene: Scene, address: str) -> None:
    """F12, F1: names are looked up off the training's thread; the exit takes 10 s at most."""
    training = scene.loop(1000, AHNB_SERVER=address)
    begun = time.monotonic()
    assert training.wait(60) == 0
    assert time.monotonic() - begun < 30
    assert training.has("trained")
    assert f"ahnb sync {training.run_id('loop')}" in training.errors
