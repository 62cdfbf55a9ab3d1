"""F32: deadlocks and serialization failures, caused by a second connection, that nobody notices."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import connection

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run
from tests.cast import Api, api_of, make_run
from tests.platform.database.processes import wait_until
from tests.runs.batches import batch, event, points, send, stored

pytestmark = pytest.mark.django_db(transaction=True)
COUNTED = """
CREATE SEQUENCE broken_off;
CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('broken_off') <= {times} THEN
        RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER broken_off BEFORE INSERT ON runs_metrictail
FOR EACH ROW EXECUTE FUNCTION break_off();
"""
GONE = (
    "DROP TRIGGER broken_off ON runs_metrictail; DROP FUNCTION break_off; DROP SEQUENCE broken_off"
)


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    return make_run(digits, alice)


@pytest.fixture
def api(alice: User) -> Api:
    return api_of(alice)


@pytest.fixture
def other() -> Iterator[Any]:
    """A cursor of a second connection, in a transaction."""
    with closing(connection.copy()) as second:
        second.set_autocommit(False)
        with second.cursor() as cursor:
            yield cursor
        second.rollback()


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_the_victim_of_a_deadlock_is_stored_all_the_same(run: Run, api: Api, other: Any) -> None:
    """The other holds the run and wants its state, the batch holds the state and wants the run."""
    document = batch(
        1, **points("loss", 1.0, 2.0), events=[event("status", {"status": "finished"})]
    )
    other.execute("SELECT 1 FROM runs_run WHERE id = %s FOR UPDATE", [run.id])

    def deliver() -> Any:
        try:
            return send(api, run, document)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(deliver)
        wait_until(is_waiting, "the batch waits for the run")
        # The batch has waited longer, so that PostgreSQL looks for the deadlock from there.
        other.execute("SELECT 1 FROM runs_metricstate WHERE run_id = %s FOR UPDATE", [run.id])
        other.connection.rollback()
        answer = sending.result(timeout=30)
    assert answer.status_code == 200, answer.content
    assert stored(run) == [(0, 1.0), (1, 2.0)]


def break_off(times: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(times=times))


@pytest.fixture
def breaking() -> Iterator[Any]:
    yield break_off
    with connection.cursor() as cursor:
        cursor.execute(GONE)


def test_three_serialization_failures_are_not_seen_a_fourth_is_503(
    run: Run, api: Api, breaking: Any
) -> None:
    breaking(3)
    assert send(api, run, batch(1, **points("loss", 1.0))).status_code == 200
    assert stored(run) == [(0, 1.0)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE broken_off RESTART")
        cursor.execute(GONE)
    breaking(4)
    begun = time.monotonic()
    answer = send(api, run, batch(1, **points("loss", 1.0)))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert time.monotonic() - begun < 10
    assert send(api, run, batch(1, **points("loss", 1.0))).status_code == 200
    assert stored(run) == [(0, 1.0), (0, 1.0)]
