"""Recovery of the embedded PostgreSQL to a moment, out of a base backup and its archived log."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from ahnb_platform.backups.errors import BackupError
from ahnb_platform.backups.physical import make_base_backup, recover
from ahnb_platform.database import embedded
from ahnb_platform.database.archiving import archive
from ahnb_platform.database.cluster import DATABASE, ROLE, SUPERUSER
from ahnb_platform.database.places import Places
from tests.platform.database.processes import wait_for_silence, wait_until


def run(places: Places, statement: str, user: str = ROLE) -> Any:
    with closing(
        psycopg2.connect(host=str(places.sockets), user=user, dbname=DATABASE)
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


@pytest.fixture
def archived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """A running cluster whose log is archived."""
    monkeypatch.setenv("AHNB_WAL_ARCHIVE", str(tmp_path / "it's the archive"))
    places = Places(tmp_path / "data")
    embedded.ensure_running(places)
    yield places
    embedded.release(places, seconds=30)
    wait_for_silence(places.data)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Places]:
    """A data directory that does not exist yet."""
    places = Places(tmp_path / "fresh")
    yield places
    if places.data.exists():
        embedded.release(places, seconds=30)
        wait_for_silence(places.data)


def archive_all(places: Places, archive: Path) -> None:
    """Let PostgreSQL begin a new segment, and wait until the old one is in the archive."""
    [(name,)] = run(places, "SELECT pg_walfile_name(pg_switch_wal())", SUPERUSER)
    wait_until(lambda: (archive / name).exists(), "the segment is archived")


def test_the_cluster_is_as_it_was_at_the_moment(
    archived: Places, fresh: Places, tmp_path: Path
) -> None:
    """Rows before the base backup and after it are there, those after the moment are not."""
    folder = tmp_path / "it's the archive"
    run(archived, "CREATE TABLE kept AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i")
    make_base_backup(tmp_path / "base", archived)
    run(archived, "INSERT INTO kept SELECT i, 'later' FROM generate_series(1001, 1500) i")
    wanted = run(archived, "SELECT * FROM kept ORDER BY i")
    moment = run(archived, "SELECT clock_timestamp()")[0][0]
    time.sleep(0.01)
    run(archived, "DELETE FROM kept")
    archive_all(archived, folder)

    with pytest.raises(BackupError, match="archive ends before"):
        recover(tmp_path / "base", folder, fresh, to=datetime.now(UTC) + timedelta(days=1))
    assert not fresh.cluster.exists()
    last = recover(tmp_path / "base", folder, fresh, to=moment)
    assert last is not None
    assert last <= moment
    assert run(fresh, "SELECT * FROM kept ORDER BY i") == wanted
    run(fresh, "INSERT INTO kept VALUES (0, 'new')")
    assert "restore_command" not in (fresh.cluster / "postgresql.auto.conf").read_text()
    with pytest.raises(BackupError, match="is there already"):
        recover(tmp_path / "base", folder, fresh, to=None)


def change(name: str) -> Callable[[Path], object]:
    return lambda cluster: (cluster / name).write_bytes(b"?" * (cluster / name).stat().st_size)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file changed": (change("PG_VERSION"), "PG_VERSION has changed"),
    "a file is missing": (lambda cluster: (cluster / "pg_hba.conf").unlink(), "is missing"),
    "a file was added": (lambda cluster: (cluster / "base/odd").touch(), "was added"),
    "the manifest changed": (
        lambda cluster: (cluster / "backup_manifest").write_text(
            (cluster / "backup_manifest").read_text().replace("PG_VERSION", "PG_VERSIOM")
        ),
        "its own checksum differs",
    ),
    "no manifest": (lambda cluster: (cluster / "backup_manifest").unlink(), "no base backup"),
    "the log is cut": (
        lambda cluster: [os.truncate(path, 100) for path in (cluster / "pg_wal").glob("0*")],
        "pg_waldump failed",
    ),
}


def test_a_damaged_base_backup_is_not_recovered(
    archived: Places, fresh: Places, tmp_path: Path
) -> None:
    make_base_backup(tmp_path / "base", archived)
    for case, (damage, words) in DAMAGES.items():
        base = shutil.copytree(tmp_path / "base", tmp_path / case)
        damage(base / "postgresql")
        with pytest.raises(BackupError, match=words):
            recover(base, tmp_path, fresh, to=None)
    assert not fresh.cluster.exists()


def test_a_segment_is_archived_once_and_never_replaced(tmp_path: Path) -> None:
    segment, folder = tmp_path / "segment", tmp_path / "archive"
    segment.write_bytes(b"log")
    archive(segment, "0001", folder)
    archive(segment, "0001", folder)  # PostgreSQL asks again after a crash
    segment.write_bytes(b"of another cluster")
    with pytest.raises(FileExistsError):
        archive(segment, "0001", folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"0001": b"log"}


def test_a_restore_that_fails_leaves_no_cluster_behind(tmp_path: Path) -> None:
    """The command of a new data directory, which starts a PostgreSQL of its own for it."""
    data = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "manage.py", "restore", str(tmp_path)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "AHNB_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "is no backup: it has no" in done.stderr
    assert not Places(data).cluster.exists()
    wait_for_silence(data)
