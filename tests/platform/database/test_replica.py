"""Pages come from a real streaming replica, and never show a person less than was there."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
import requests

from ahnb_platform.backups.physical import make_base_backup
from ahnb_platform.database import embedded
from ahnb_platform.database.cluster import DATABASE, ROLE, SUPERUSER
from ahnb_platform.database.places import Places
from ahnb_platform.database.replica.freshness import position, written
from tests.cast import uuid7
from tests.live import LiveServer

from .processes import wait_for_silence, wait_until

ROOT = Path(__file__).parents[3]
LAG_SECONDS = 4
PAGE = "/projects/vision/digits/"


@dataclass
class Pair:
    """A primary, its replica, and a server that reads pages from the one."""

    primary: Places
    replica: Places
    server: LiveServer
    environment: dict[str, str]

    def manage(self, *words: str) -> str:
        told = {**os.environ, **self.environment}
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=told,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, places: Places, statement: str) -> object:
        with closing(
            psycopg2.connect(host=str(places.sockets), user=SUPERUSER, dbname=DATABASE)
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return (cursor.fetchone() or (None,))[0]

    def logged_in(self) -> requests.Session:
        """A browser of the project's owner."""
        session = requests.Session()
        link = self.manage("loginlink", "ada@example.org").split()[-1]
        address = f"{self.server.url}/{link.partition('://')[2].partition('/')[2]}"
        form = {"csrfmiddlewaretoken": secret_of(session.get(address, timeout=20).text)}
        assert session.post(address, form, timeout=20).status_code == 200
        return session

    def start_run(self, name: str) -> None:
        """By the API, as trainings do."""
        token = self.manage("addtoken", "ada@example.org", "--name", "test").split()[-1]
        done = requests.put(
            f"{self.server.url}/api/v1/runs/{uuid7()}/",
            json={"project": "vision/digits", "name": name},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert done.status_code == 201, done.text

    def shown(self, session: requests.Session) -> str:
        answer = session.get(self.server.url + PAGE, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.text


def secret_of(page: str) -> str:
    return page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def url_of(places: Places) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={places.sockets}"


def stream(primary: Places, replica: Places, base: Path) -> None:
    """Make the replica of a running primary, and start it."""
    make_base_backup(base, primary)
    replica.data.mkdir(mode=0o700)
    shutil.copytree(base / "postgresql", replica.cluster, symlinks=True)
    replica.cluster.chmod(0o700)
    with (replica.cluster / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"primary_conninfo = 'host={primary.sockets} user={SUPERUSER}'\n")
    (replica.cluster / "standby.signal").touch()
    embedded.ensure_running(replica)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    primary, replica = Places(tmp_path / "primary"), Places(tmp_path / "replica")
    embedded.ensure_running(primary)
    environment = {
        "DATABASE_URL": url_of(primary),
        "AHNB_REPLICA_URL": url_of(replica),
        "AHNB_REPLICA_LAG_SECONDS": str(LAG_SECONDS),
        "AHNB_DATA_DIR": str(tmp_path / "server"),
        "AHNB_DEBUG": "1",  # its static files are not collected
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    (tmp_path / "server").mkdir()
    made = Pair(primary, replica, LiveServer(tmp_path / "server", environment), environment)
    try:
        made.manage("migrate", "--no-input", "--verbosity", "0")
        made.manage("adduser", "ada@example.org", "--team", "vision", "--role", "owner")
        made.manage("addproject", "vision/digits")
        stream(primary, replica, tmp_path / "base")
        made.server.start()
        yield made
    finally:
        made.server.stop()
        for places in (replica, primary):
            embedded.release(places, seconds=embedded.STOP_SECONDS)
            wait_for_silence(places.data)


@pytest.mark.slow
def test_pages_come_from_the_replica_while_it_is_fresh(pair: Pair) -> None:
    reader = pair.logged_in()
    reader.cookies.pop("ahnb-written", None)
    pair.start_run("zebra")
    wait_until(lambda: "zebra" in pair.shown(reader), "the run is on the replica")
    begun = time.monotonic()
    pair.ask(pair.replica, "SELECT pg_wal_replay_pause()")
    wait_until(
        lambda: pair.ask(pair.replica, "SELECT pg_get_wal_replay_pause_state()") == "paused",
        "the replica stands still",
    )
    pair.start_run("giraffe")
    page = pair.shown(reader)
    if time.monotonic() - begun < LAG_SECONDS / 2:
        assert "zebra" in page
        assert "giraffe" not in page
    # Too far behind, it is left alone.
    wait_until(lambda: "giraffe" in pair.shown(reader), "the primary is asked instead")
    pair.ask(pair.replica, "SELECT pg_wal_replay_resume()")
    # Who has written sees it at once, and a page that writes is made with the primary.
    form = {"csrfmiddlewaretoken": secret_of(pair.shown(reader)), "name": "Renamed"}
    pair.ask(pair.replica, "SELECT pg_wal_replay_pause()")
    posted = reader.post(f"{pair.server.url}{PAGE}settings/", form, timeout=20)
    assert posted.status_code == 200
    assert "Renamed" in pair.shown(reader)
    # Without the replica everything goes on.
    embedded.release(pair.replica, seconds=embedded.STOP_SECONDS)
    reader.cookies.pop("ahnb-written", None)
    assert "Renamed" in pair.shown(reader)


@pytest.mark.parametrize("text", ["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"])
def test_places_in_the_log_are_numbers(text: str) -> None:
    assert written(position(text)) == text
    assert position("1/0") > position("0/FFFFFFFF")
