"""F27, F31: processes that are restarted one after another behind nginx, and migrations, while
points come in at a steady rate. `python -m benchmarks.rolling` does both for longer.
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import override_settings

from ahnb_platform.accounts.models import User
from benchmarks import tomorrow
from benchmarks.servers import nginx
from benchmarks.steady import Steady
from projects.models import Project
from runs.models import Run
from tests.cast import make_run, token_of
from tests.live import LiveServer, running_server
from tests.runs.batches import stored

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 5  # fewer than the threads of one process that read bodies


@pytest.fixture(scope="module")
def pair(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[LiveServer]]:
    """Two processes on one database, with one secret key."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    key = {"AHNB_SECRET_KEY": "only for tests: " + "0123456789abcdefghij" * 3}
    with running_server(folders[0], **key) as one, running_server(folders[1], **key) as other:
        yield [one, other]


@pytest.fixture
def proxied(pair: list[LiveServer], tmp_path: Path) -> Iterator[int]:
    """The port of nginx before the two."""
    if nginx.PROGRAM is None:
        pytest.skip("nginx is not installed")
    with nginx.proxying([server.port for server in pair], tmp_path / "nginx") as port:
        yield port


def assert_all_there(steady: Steady, runs: list[Run]) -> None:
    """Whatever was acknowledged, once; and nothing else."""
    for run in runs:
        numbers = steady.acked[str(run.id)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert stored(run, "steady") == [(number, float(number)) for number in numbers]


def test_processes_restarted_one_after_another_are_not_noticed(
    pair: list[LiveServer], proxied: int, digits: Project, alice: User
) -> None:
    """F27: each is told to end and drains; no 5xx, no broken connection, nothing lost."""
    runs = [make_run(digits, alice) for _ in range(WRITERS)]
    steady = Steady(proxied, token_of(alice), [str(run.id) for run in runs])
    with steady.going_on():
        time.sleep(0.5)
        for server in pair:
            server.stop()
            server.start()
            time.sleep(0.5)
    assert steady.total > 200
    assert steady.failed == 0, steady.statuses
    assert_all_there(steady, runs)


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app `runs` with one more migration, of the kinds that change tables in use."""
    last = tomorrow.next_version(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with override_settings(MIGRATION_MODULES={"runs": tomorrow.PACKAGE}):
        yield
        call_command("migrate", "runs", last, verbosity=0)
    for name in [name for name in sys.modules if name.startswith(tomorrow.PACKAGE)]:
        del sys.modules[name]


def migrate() -> None:
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()


def break_off_an_index() -> None:
    """What a migration leaves whose index could not be made to its end."""
    with closing(connection.copy()) as own, own.cursor() as cursor:
        with pytest.raises(IntegrityError):
            cursor.execute(
                "CREATE UNIQUE INDEX CONCURRENTLY one_more_index ON runs_run (project_id)"
            )
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_more_index'::regclass"
        )
        assert cursor.fetchone() == (False,)


def test_the_next_version_migrates_while_this_one_stores(
    pair: list[LiveServer], digits: Project, alice: User, next_version: None
) -> None:
    """F31: a long transaction sits on a table for 5 s; nobody else waits longer than the lock may
    be waited for, nothing is lost, and this version goes on with the next one's tables.
    """
    runs = [make_run(digits, alice) for _ in range(WRITERS)]
    steady = Steady(pair[0].port, token_of(alice), [str(run.id) for run in runs])
    break_off_an_index()
    sitting = tomorrow.Sitting(lambda: psycopg2.connect(**connection.get_connection_params()), 4)
    sitting.start()
    sitting.looks.wait(10)
    with steady.going_on(), ThreadPoolExecutor(2) as starters:
        time.sleep(0.3)
        # As when two processes of the next version start at once.
        for migrating in [starters.submit(migrate) for _ in range(2)]:
            migrating.result(timeout=60)
        time.sleep(0.5)
    sitting.join()
    assert steady.failed == 0, steady.statuses
    assert steady.longest < sitting.seconds
    assert_all_there(steady, runs)
    with connection.cursor() as cursor:
        cursor.execute("SELECT one_more FROM runs_run")
        assert cursor.fetchall() == [("",)] * WRITERS
