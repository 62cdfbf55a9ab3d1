"""F2, F7 to F11, F35: what a server or the way to it may answer. Points are compared in both
directions with what the program itself wrote down ("Equal")."""

import time

import pytest

from tests.faults.proxy import Answer, Fault, Hang, Seen, Trickle
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db

WAITS = {"AHNB_EXIT_TIMEOUT": "60"}


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_no_request_comes_earlier_than_the_server_asked_for(scene: Scene, form: str) -> None:
    """F7: 429 with Retry-After 2 s as seconds and as a date; no request before, then Equal."""
    refused: list[float] = []

    def rule(seen: Seen) -> Fault | None:
        if not seen.is_batch or refused:
            return None
        refused.append(time.time())
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(refused[0] + 3))
        return Answer(429, headers={"Retry-After": "2" if form == "seconds" else date})

    scene.proxy.rule = rule
    training = scene.loop(500, **WAITS)
    assert training.wait() == 0
    first, second, *_ = scene.proxy.batches
    assert second.at - first.at >= 2
    scene.assert_equal(training)


def test_a_wait_of_a_year_does_not_hold_the_end(scene: Scene) -> None:
    """F7: Retry-After of a year is cut to ten minutes; the exit takes 10 s at most."""
    scene.proxy.rule = lambda seen: (
        Answer(429, headers={"Retry-After": "31536000"}) if seen.is_batch else None
    )
    training = scene.loop(500, AHNB_EXIT_TIMEOUT="1")
    begun = time.monotonic()
    assert training.wait(60) == 0
    assert time.monotonic() - begun < 30
    assert len(scene.proxy.batches) == 1
    assert f"ahnb sync {training.run_id('loop')}" in training.errors
    scene.proxy.rule = lambda seen: None
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


def test_batches_too_large_are_halved_until_they_pass(scene: Scene) -> None:
    """F8: 413 above 200 records; halved under their own seq, Equal, no gap."""
    scene.proxy.rule = lambda seen: (
        Answer(413)
        if seen.is_batch and sum(axis["count"] for axis in seen.body["axes"]) > 200
        else None
    )
    training = scene.loop(3000, **WAITS)
    assert training.wait() == 0
    scene.assert_equal(training)


def test_one_bad_name_among_five_thousand_costs_itself_alone(scene: Scene) -> None:
    """F9: the real server rejects one item: the rest is stored, 1 told, no request more."""
    training = scene.train_alone("poisoned", **WAITS)
    assert training.wait() == 0
    scene.assert_equal(training, left=1)  # the file of what was refused
    assert training.errors.count("the server refused a value") == 1


def test_one_poisoned_record_among_five_thousand_is_found(scene: Scene) -> None:
    """F9: a batch with the record is refused whole: 4,999 stored, 1 told, 14 requests more."""

    def rule(seen: Seen) -> Fault | None:
        if seen.is_batch:
            for axis in seen.body["axes"]:
                if axis["start"] <= 2718 < axis["start"] + axis["count"]:
                    return Answer(422)
        return None

    scene.proxy.rule = rule
    training = scene.loop(5000, **WAITS)
    assert training.wait() == 0
    run_id = training.run_id("loop")
    stored, truth = scene.series(run_id), training.truth("loop")
    for name, points in truth.items():
        assert stored[name] == [point for point in points if point[0] != 2718]
    refused = [seen for seen in scene.proxy.batches if rule(seen)]
    assert len(refused) <= 14


def test_slow_answers_pile_nothing_up(scene: Scene) -> None:
    """F11: answers of 1 byte a second: one request at a time, exit within its time, then Equal."""
    scene.proxy.rule = lambda seen: Trickle(1.0) if seen.is_batch else None
    training = scene.loop(1000, AHNB_EXIT_TIMEOUT="2")
    assert training.wait(60) == 0
    assert len(scene.proxy.batches) == 1
    scene.proxy.rule = lambda seen: None
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


def test_a_server_that_hangs_holds_neither_the_loop_nor_the_end(scene: Scene) -> None:
    """F2: accepted, never answered. The exit takes AHNB_EXIT_TIMEOUT and names the command."""
    scene.proxy.rule = lambda seen: Hang()
    training = scene.loop(1000, AHNB_EXIT_TIMEOUT="2")
    begun = time.monotonic()
    assert training.wait(60) == 0
    assert time.monotonic() - begun < 30
    assert training.errors.splitlines()[-1].endswith(f"ahnb sync {training.run_id('loop')}")
    scene.proxy.rule = lambda seen: None
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_refused_half_way_costs_a_warning_and_a_sync(scene: Scene, status: int) -> None:
    """F10: the training is unaffected, 1 warning, then `ahnb sync` delivers: Equal."""
    scene.proxy.rule = lambda seen: Answer(status) if len(scene.proxy.batches) > 1 else None
    training = scene.loop(6000)
    assert training.wait() == 0
    assert training.errors.count("recording goes on") == 1
    scene.proxy.rule = lambda seen: None
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


def test_a_client_too_old_names_the_version_that_is_needed(scene: Scene) -> None:
    """426: the line holds the server's words; everything is kept."""
    needs = b'{"detail": "This server needs ahnb-client 9.1 or newer.", "code": "client-too-old"}'
    scene.proxy.rule = lambda seen: Answer(426, needs)
    training = scene.loop(100, AHNB_EXIT_TIMEOUT="2")
    assert training.wait() == 0
    assert "needs ahnb-client 9.1 or newer" in training.errors
    scene.proxy.rule = lambda seen: None
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


@pytest.mark.parametrize("status", [404, 410])
def test_a_run_deleted_while_it_is_recorded_stops_the_sending(scene: Scene, status: int) -> None:
    """F35: no request after the first 404 or 410; the spool stays; after a restore Equal."""
    gone: list[int] = []

    def rule(seen: Seen) -> Fault | None:
        if seen.is_batch and len(scene.proxy.batches) > 1:
            gone.append(len(scene.proxy.seen))
            return Answer(status, b'{"detail": "in the trash", "code": "run-trashed"}')
        return None

    scene.proxy.rule = rule
    training = scene.loop(6000)
    assert training.wait() == 0
    assert len(gone) == 1
    assert len(scene.left) == 1
    scene.proxy.rule = lambda seen: None
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)
