"""Start, sharing and end of the embedded PostgreSQL."""

import importlib
import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ahnb_platform.database.keeper import POLL_SECONDS
from ahnb_platform.database.places import Places
from ahnb_platform.database.postmaster import MAX_CONNECTIONS

from .processes import (
    Client,
    keepers,
    kill_all,
    postgres_processes,
    postmasters,
    wait_for_silence,
    wait_until,
)

# Imported by name, as it comes without types.
psycopg2 = importlib.import_module("psycopg2")
Start = Callable[..., Client]
MISLEADING = {
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "tr_TR.UTF-8",
    "TZ": "Asia/Tokyo",
    "PGPORT": "1",
    "PGHOST": "nowhere.invalid",
    "PGDATA": "/nowhere",
}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_first_connection_makes_a_cluster_whatever_the_environment_says(
    empty: Path, start: Start
) -> None:
    client = start(empty, django=True, environment=MISLEADING)
    assert client.ask(
        "SELECT datlocprovider, datlocale, datcollate, pg_encoding_to_char(encoding)"
        " FROM pg_database WHERE datname = current_database()"
    ) == [["b", "C.UTF-8", "C", "UTF8"]]
    assert client.ask("SELECT current_user, current_database()") == [["ahnb", "ahnb"]]
    assert client.ask("SELECT rolsuper FROM pg_roles WHERE rolname = 'ahnb'") == [[False]]
    assert client.ask(
        "SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
        " current_setting('listen_addresses'), current_setting('TimeZone')"
    ) == [["on", "on", "", "UTC"]]


def test_nobody_else_can_enter_what_belongs_to_the_database(data: Path, start: Start) -> None:
    assert start(data).ask("SELECT 1") == [[1]]
    places = Places(data)
    for folder in (data, places.cluster, places.sockets, places.socket):
        assert mode(folder) == 0o700, folder
    for file in (places.log, places.users_lock, places.keeper_lock):
        assert mode(file) == 0o600, file


def test_no_connection_means_no_database(empty: Path, start: Start) -> None:
    start(empty, django=True).end()
    assert not empty.exists()


def test_database_lives_until_its_last_user_ends(data: Path, start: Start) -> None:
    first, second = start(data), start(data)
    assert first.ask("INSERT INTO kept VALUES (1)") is None
    assert second.ask("SELECT value FROM kept") == [[1]]
    first.end()
    assert second.ask("INSERT INTO kept VALUES (2)") is None
    second.end()
    wait_for_silence(data)
    assert start(data).ask("SELECT sum(value) FROM kept") == [[3]]


def test_four_starters_at_once_give_one_server(empty: Path, start: Start) -> None:
    clients = [start(empty) for _ in range(4)]
    for client in clients:
        client.send("SELECT pg_postmaster_start_time()::text")
    assert len({str(client.receive()) for client in clients}) == 1
    wait_until(lambda: len(keepers(empty)) == 1, "one keeper is left")
    assert len(postmasters(empty)) == 1


def test_killed_user_leaves_nothing_running(data: Path, start: Start) -> None:
    client = start(data)
    assert client.ask("SELECT 1") == [[1]]
    client.kill()
    wait_for_silence(data)


def test_child_made_by_fork_keeps_the_database(data: Path, start: Start) -> None:
    client = start(data)
    assert client.ask("SELECT 1") == [[1]]
    before = postmasters(data)
    client.send("fork")
    client.process.wait()
    # Longer than the keeper takes to notice that nobody is left.
    time.sleep(5 * POLL_SECONDS)
    assert client.ask("SELECT 2") == [[2]]
    assert postmasters(data) == before


def test_everything_killed_loses_nothing_committed(data: Path, start: Start) -> None:
    client = start(data)
    assert client.ask("INSERT INTO kept VALUES (7)") is None
    kill_all([client.process.pid, *keepers(data), *postgres_processes(data)])
    client.end()
    assert start(data).ask("SELECT value FROM kept") == [[7]]


def test_killed_postgres_comes_back(data: Path, start: Start) -> None:
    client = start(data, django=True)
    assert client.ask("INSERT INTO kept VALUES (5)") is None
    [before] = postmasters(data)
    kill_all([before])
    # The process behind an open connection may answer once more.
    wait_until(lambda: not client.recovers(), "the loss is noticed")
    wait_until(client.recovers, "queries work")
    assert client.ask("SELECT value FROM kept") == [[5]]
    assert postmasters(data) != [before]


def test_killed_keeper_takes_postgres_with_it_and_both_come_back(data: Path, start: Start) -> None:
    client = start(data, django=True)
    assert client.ask("SELECT 1") == [[1]]
    [before] = postmasters(data)
    kill_all(keepers(data))
    wait_until(lambda: before not in postmasters(data), "the old PostgreSQL has ended")
    wait_until(client.recovers, "queries work")
    assert len(keepers(data)) == 1


def test_told_to_stop_the_keeper_stops_postgres_cleanly(data: Path, start: Start) -> None:
    client = start(data)
    assert client.ask("SELECT 1") == [[1]]
    [keeper] = keepers(data)
    os.kill(keeper, signal.SIGTERM)
    wait_for_silence(data)
    assert "database system is shut down" in Places(data).log.read_text()


def test_exhausted_connections_are_an_operational_error(data: Path, start: Start) -> None:
    client = start(data, django=True)
    assert client.ask("SELECT 1") == [[1]]
    where = {"host": str(Places(data).sockets), "dbname": "ahnb"}
    taken: list[object] = []
    with pytest.raises(psycopg2.OperationalError, match="reserved"):
        taken.extend(psycopg2.connect(user="ahnb", **where) for _ in range(MAX_CONNECTIONS))
    late = start(data, django=True)
    assert late.ask("SELECT 1")["error"] == "OperationalError"
    psycopg2.connect(user="postgres", **where).close()
    taken.clear()
    wait_until(late.recovers, "queries work")


def test_database_of_a_test_can_be_made_and_dropped(data: Path, start: Start) -> None:
    client = start(data, django=True)
    assert client.ask("CREATE DATABASE test_ahnb") is None
    assert client.ask("DROP DATABASE test_ahnb") is None
