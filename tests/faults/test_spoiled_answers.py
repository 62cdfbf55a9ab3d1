"""F4 to F7, F14, F21: half of all answers spoiled, in each way that a server or a network has."""

import random
from collections.abc import Callable

import pytest

from tests.faults.proxy import Answer, Cut, Fault, Replay, Seen
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db

WAITS = {"AHNB_EXIT_TIMEOUT": "60"}
LOGIN_PAGE = b"<html>Sign in to the hotel</html>"


def now_and_then(fault: Fault, share: float = 0.5) -> Callable[[Seen], Fault | None]:
    """A fault for a share of the requests, but never more than three in a row."""
    chance, row = random.Random(4), [0]

    def rule(seen: Seen) -> Fault | None:
        row[0] = row[0] + 1 if chance.random() < share and row[0] < 3 else 0
        return fault if row[0] else None

    return rule


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(500), id="F4 500", marks=pytest.mark.slow),
        pytest.param(Answer(502), id="F4 502", marks=pytest.mark.slow),
        pytest.param(Answer(503), id="F4 503"),
        pytest.param(Answer(504), id="F4 504", marks=pytest.mark.slow),
        pytest.param(Cut(), id="F5 cut after the commit"),
        pytest.param(Answer(502, after=True), id="F6 502 after the commit"),
        pytest.param(Answer(200, LOGIN_PAGE, {"Content-Type": "text/html"}), id="F14 html"),
        pytest.param(Answer(204, b""), id="F14 204", marks=pytest.mark.slow),
        pytest.param(Answer(200, b""), id="F14 empty"),
        pytest.param(Answer(200, b"{}", after=True), id="F14 other JSON"),
        pytest.param(Answer(302, b"", {"Location": "http://127.0.0.2:9/"}), id="F14 redirect"),
        pytest.param(Replay(3), id="F21 each request three times"),
        pytest.param(Answer(429, headers={"Retry-After": "garbage"}), id="F7 garbage"),
    ],
)
def test_half_of_the_answers_spoiled_loses_and_doubles_nothing(scene: Scene, fault: Fault) -> None:
    """Equal, 0 duplicates; 4,000 points, half of all answers spoiled."""
    scene.proxy.rule = now_and_then(fault)
    training = scene.loop(2000, **WAITS)
    assert training.wait() == 0
    if scene.left:
        scene.proxy.rule = lambda seen: None
        assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)
