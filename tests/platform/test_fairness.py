"""F34: who is too noisy for the others, and what it is told. The test sets the time."""

import io

import pytest

from ahnb_platform.fairness import FairShares, Shares, caller_of

RUN = "/api/v1/runs/0192f3a0-0000-7000-8000-00000000000{}/"


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def environ_of(number, method="POST", token="Bearer a", rest="batches/"):
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": RUN.format(number) + rest,
        "HTTP_AUTHORIZATION": token,
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}next"),
    }


def key(number, token="Bearer a"):
    return caller_of(environ_of(number, token=token))


def served(shares, clock, costs, seconds=10.0):
    """How many requests of each caller are let in, when each asks for 1 ms so many times a tick."""
    done = dict.fromkeys(costs, 0)
    for _ in range(int(seconds / 0.02)):
        clock.now += 0.02
        for who, times in costs.items():
            for _ in range(times):
                if shares.admits(who):
                    shares.spent(who, 0.001)
                    done[who] += 1
    return done


def test_a_noisy_run_keeps_its_share_and_the_others_everything():
    clock = Clock()
    shares = Shares(clock)
    quiet = {key(number): 1 for number in range(1, 4)}
    served(shares, clock, {**quiet, key(0): 15}, seconds=2)
    done = served(shares, clock, {**quiet, key(0): 15})
    assert [done[who] for who in quiet] == [500] * 3
    assert 800 < done[key(0)] < 1300


def test_a_run_that_is_alone_and_runs_that_are_alike_have_everything():
    clock = Clock()
    shares = Shares(clock)
    assert served(shares, clock, {key(0): 15}) == {key(0): 7500}
    alike = {key(number): 5 for number in range(1, 4)}
    clock.now += 60
    assert served(shares, clock, alike) == dict.fromkeys(alike, 2500)


def test_nobody_is_held_back_while_the_worker_has_time():
    clock = Clock()
    shares = Shares(clock)
    assert served(shares, clock, {key(1): 1, key(0): 8})[key(0)] == 4000


def test_a_noisy_run_is_free_again_when_it_is_alone():
    clock = Clock()
    shares = Shares(clock)
    served(shares, clock, {key(1): 1, key(0): 15})
    assert shares.noisy == {key(0)}
    clock.now += 6
    assert served(shares, clock, {key(0): 15}, seconds=2) == {key(0): 1500}


def test_nobody_spends_the_share_of_another_with_a_token_of_ones_own():
    assert key(0) != key(0, token="Bearer b")
    assert caller_of(environ_of(0, token="")) is None
    assert caller_of(environ_of(0, method="GET")) is None
    assert caller_of(environ_of(0, rest="artifacts/")) == key(0)


@pytest.mark.parametrize("length", ["2", str(1 << 30)])
def test_who_is_too_noisy_is_told_when_to_come_again(length):
    clock = Clock()
    shares = Shares(clock)
    served(shares, clock, {key(1): 1, key(0): 15})
    assert shares.noisy == {key(0)}
    shares.spent(key(0), 1.0)
    told = []
    environ = environ_of(0) | {"CONTENT_LENGTH": length}
    app = FairShares(lambda *_: pytest.fail("it was let in"), shares)
    body = b"".join(app(environ, lambda status, headers: told.append((status, dict(headers)))))
    ((status, headers),) = told
    assert status == "429 Too Many Requests"
    assert headers["Retry-After"] == "1"
    assert b'"code": "noisy"' in body
    rest = environ["wsgi.input"].read()
    assert (rest, headers.get("Connection")) in [(b"next", None), (b"{}next", "close")]
