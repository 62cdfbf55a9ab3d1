"""Requests through a real pgbouncer in transaction mode, with fewer connections than threads."""

import http.client
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from ahnb_platform.accounts.models import User
from ahnb_platform.database.config import pooled_config
from ahnb_platform.database.pooled.base import DatabaseWrapper
from benchmarks.servers import pgbouncer
from projects.models import Project
from runs.models import Run
from tests.cast import ALL_SCOPES, attach_file, client_of, make_run, token_of
from tests.live import LiveServer, running_server
from tests.runs.batches import batch, event, points, stored

ROOT = Path(__file__).resolve().parents[3]
BATCHES = 12
# What a session keeps; only what runs on a connection of its own may use it.
OF_A_SESSION = re.compile(
    r"pg_advisory_lock|pg_advisory_unlock|\bLISTEN\b|\bNOTIFY\b|\bPREPARE\b|CREATE TEMP"
    r"|WITH HOLD|\bDISCARD\b|execute\(\"SET (?!LOCAL|TRANSACTION)|pg_notify"
)
DIRECT = {
    "platform/ahnb_platform/backups/lock.py",
    "platform/ahnb_platform/backups/restoring.py",
    "platform/ahnb_platform/management/commands/migrate.py",
    "runs/spreading.py",
}

pytestmark = pytest.mark.skipif(pgbouncer.PROGRAM is None, reason="pgbouncer is not installed")


@pytest.fixture(scope="module")
def pooler(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[pgbouncer.Pooler]:
    """Two connections for all."""
    known = connection.settings_dict
    if not str(known["HOST"]).startswith("/"):
        pytest.skip("the database of the tests is not reached by a socket")
    folder = tmp_path_factory.mktemp("pool")
    sizes = {"default_pool_size": "2", "reserve_pool_size": "0"}
    with pgbouncer.pooling(Path(known["HOST"]), folder, known["NAME"], **sizes) as running:
        yield running


@pytest.fixture(scope="module")
def pooled(
    pooler: pgbouncer.Pooler, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    given = {"AHNB_POOL_URL": pooler.url, "AHNB_SECRET_KEY": settings.SECRET_KEY}
    given["AHNB_DEBUG"] = "1"  # static files as they are
    given["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"  # all goes through the pooler
    folder = tmp_path_factory.mktemp("pooled")
    with running_server(folder, **given) as live:
        yield live


def ask(
    server: LiveServer, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, bytes]:
    client = http.client.HTTPConnection(*server.address, timeout=60)
    try:
        sent = json.dumps(body).encode() if body is not None else None
        client.request(method, path, sent, {"Content-Type": "application/json", **headers})
        answer = client.getresponse()
        return answer.status, answer.read()
    finally:
        client.close()


@pytest.mark.django_db(transaction=True)
def test_batches_and_pages_share_two_connections(
    pooled: LiveServer, digits: Project, alice: User
) -> None:
    """Ingest of four runs at once, small and large batches and events, and pages meanwhile."""
    token = token_of(alice, ALL_SCOPES)
    runs = [make_run(digits, alice) for _ in range(4)]
    attach_file(runs[0], alice)
    cookies = "; ".join(f"{m.key}={m.value}" for m in client_of(alice).cookies.values())

    def write(run: Run) -> list[Any]:
        writer = "00000000-0000-4000-8000-000000000001"
        found: list[Any] = []
        for seq in range(1, BATCHES + 1):
            size = 1000 if seq % 4 == 0 else 3
            steps = list(range(seq * 1000, seq * 1000 + size))
            columns = points("loss", *[float(step) for step in steps], steps=steps)
            events = [event("params", {"lr": seq})] if seq % 5 == 0 else []
            document = batch(seq, writer, **columns, events=events)
            headers = {"Authorization": f"Bearer {token}"}
            path = f"/api/v1/runs/{run.id}/batches/"
            status, answer = ask(pooled, "POST", path, document, **headers)
            found.append(status if status == 200 else (status, answer))
        return found

    below = f"/runs/{runs[0].id}/"
    pages = ["/", "/projects/vision/digits/", below, f"{below}charts/", f"{below}archive.zip"]
    with ThreadPoolExecutor(8) as pool:
        writing = [pool.submit(write, run) for run in runs]
        looks = [pool.submit(ask, pooled, "GET", page, Cookie=cookies) for page in pages * 4]
        assert {status for one in writing for status in one.result()} == {200}
        odd = [look.result() for look in looks if look.result()[0] != 200]
        assert odd == []
    wanted = [
        float(step)
        for seq in range(1, BATCHES + 1)
        for step in range(seq * 1000, seq * 1000 + (1000 if seq % 4 == 0 else 3))
    ]
    for run in runs:
        assert [value for _, value in stored(run)] == wanted


@pytest.mark.django_db(transaction=True)
def test_limits_hold_and_a_session_leaves_nothing_behind(
    pooler: pgbouncer.Pooler, digits: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHNB_POOL_URL", pooler.url)
    config = pooled_config()
    assert config is not None
    through = DatabaseWrapper({**connection.settings_dict, **config})
    try:
        with through.cursor() as cursor:
            names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
            found = []
            for name in (*names, "jit", "timezone"):
                cursor.execute(f"SHOW {name}")
                found.append(cursor.fetchone()[0])
        assert found == ["30s", "10s", "1min", "off", "UTC"]
        # Outside of a transaction a cursor in the server would outlive its connection.
        with through.chunked_cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.cursor.name is None
    finally:
        through.close()


def test_only_what_has_a_connection_of_its_own_uses_the_session() -> None:
    """A word that belongs to a session breaks silently behind the pooler."""
    using = set()
    for folder in ("platform", "projects", "runs"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts and OF_A_SESSION.search(path.read_text()):
                using.add(path.relative_to(ROOT).as_posix())
    assert using <= DIRECT


def test_a_wrong_address_of_the_pooler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHNB_POOL_URL", "http://pool")
    with pytest.raises(ImproperlyConfigured, match="AHNB_POOL_URL"):
        pooled_config()
    monkeypatch.delenv("AHNB_POOL_URL")
    assert pooled_config() is None
