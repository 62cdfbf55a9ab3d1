"""F26, F28, F29: a server killed under load, a PostgreSQL that is restarted, crashes, stands still,
throws everybody out, or takes no more connections. `tests/contract/test_killed.py` mixes kills.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from ahnb_platform.database.cluster import DATABASE, ROLE, SUPERUSER
from ahnb_platform.database.places import Places
from tests.platform.database.processes import postgres_processes, postmasters, wait_until
from tests.served import Load, Served, load_on, next_load

ANSWERED = {200, 503}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, fresh_data: Path) -> Iterator[Load]:
    """One server for all tests of the module."""
    served = Served(tmp_path_factory.mktemp("served"))
    shutil.copytree(fresh_data, served.data)
    served.start()
    try:
        yield load_on(served)
    finally:
        served.end()


@pytest.fixture
def load(loaded: Load) -> Load:
    """A run of its own."""
    return next_load(loaded.served, loaded.key)


def connected(served: Served, user: str = ROLE) -> Any:
    sockets = Places(served.data).sockets
    return closing(psycopg2.connect(host=str(sockets), user=user, dbname=DATABASE))


def restart_fast(served: Served) -> None:
    for pid in postmasters(served.data):
        os.kill(pid, signal.SIGINT)


def crash(served: Served) -> None:
    for pid in postmasters(served.data):
        os.kill(pid, signal.SIGQUIT)


def stand_still(served: Served, seconds: float = 2) -> None:
    frozen = postgres_processes(served.data)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in frozen:
        os.kill(pid, signal.SIGCONT)


def throw_out(served: Served) -> None:
    with connected(served, SUPERUSER) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


FAULTS: dict[str, Callable[[Served], None]] = {
    "F28 fast restart": restart_fast,
    "F28 immediate crash": crash,
    "F28 stands still": stand_still,
    "F28 all back ends ended": throw_out,
    "F26 server killed": Served.kill_server,
}


def test_whatever_happens_to_the_database_or_the_server_loses_nothing(load: Load) -> None:
    """Each fault once under load; 0 x 500, only 503 until it is back; nothing lost or doubled."""
    with load.going_on():
        for cause in FAULTS.values():
            load.go_on(more=20)
            cause(load.served)
        load.go_on(more=20)
    load.check()
    assert {status for writer in load.writers for status in writer.statuses} <= ANSWERED


@pytest.mark.slow
def test_twenty_kills_of_the_server_lose_nothing(load: Load) -> None:
    """F26: all that was acknowledged is there, 0 doubled."""
    chance = random.Random(26)
    with load.going_on():
        for _ in range(20):
            load.go_on(more=30)
            time.sleep(chance.random() / 5)
            load.served.kill_server()
        load.go_on(more=30)
    load.check()


@pytest.mark.slow
def test_a_database_that_stands_still_for_thirty_seconds(load: Load) -> None:
    """F28: no answer but 200 and 503; afterwards it goes on by itself."""
    with load.going_on():
        load.go_on(more=20)
        stand_still(load.served, seconds=30)
        load.go_on(more=20)
    load.check()
    assert {status for writer in load.writers for status in writer.statuses} <= ANSWERED


def hold_all(served: Served, stack: ExitStack) -> int:
    """Take every connection that ordinary accounts get; how many those were."""
    throw_out(served)
    for number in range(200):
        try:
            stack.enter_context(connected(served))
        except psycopg2.OperationalError:
            return number
    raise AssertionError("there is no end of connections")


def test_no_connection_left_is_told_at_once_and_over_when_one_is_free(load: Load) -> None:
    """F29: 503 within a second in the mean; alive but not ready; the operator still gets in."""
    served = load.served
    body = load.writers[0].body(1)
    with ExitStack() as stack:
        assert hold_all(served, stack) > 50
        begun, statuses = time.monotonic(), []
        for _ in range(20):
            status, _ = served.ask("POST", f"/api/v1/runs/{load.run}/batches/", body, load.key)
            statuses.append(status)
        seconds = time.monotonic() - begun
        assert set(statuses) == {503}
        assert seconds < 20
        assert served.ask("GET", "/healthz")[0] == 200
        assert served.ask("GET", "/readyz")[0] == 503
        with connected(served, SUPERUSER) as reserved, reserved.cursor() as cursor:
            cursor.execute("SELECT 1")
    wait_until(served.is_ready, "the server is ready again")
    load.over.set()
    load.deliver(load.writers[0], 1)
    assert load.writers[0].acked == {1}
