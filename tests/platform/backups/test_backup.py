"""Backup and restore of a database and a storage: every row of every table, every byte."""

import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from ahnb_platform.accounts.models import User
from ahnb_platform.backups.digests import digests_of
from ahnb_platform.backups.errors import BackupError
from ahnb_platform.backups.layout import FILES, MANIFEST, read_manifest
from ahnb_platform.backups.making import make_backup
from ahnb_platform.backups.restoring import restore_backup, restore_secret_key
from projects.models import Project
from runs.artifacts.cleaning import clean
from tests.cast import attach_file, log_points, make_run

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = b"what was learnt"


@pytest.fixture
def filled(digits: Project, alice: User) -> Project:
    """A project with two runs, points of all kinds, and a file that both have."""
    for number in range(2):
        run = make_run(digits, alice, name=f"run {number}")
        log_points(run, {"loss": [0.1 * step for step in range(200)]})
        log_points(run, {"odd": [float("nan"), 1e308]})
        attach_file(run, alice, "notes.txt", CONTENT)
    return digits


@pytest.fixture
def empty() -> Iterator[BaseDatabaseWrapper]:
    """A database without a table on the same server."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    other = connection.copy()
    other.settings_dict["NAME"] = name
    yield other
    other.close()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def shelf(tmp_path: Path) -> FileSystemStorage:
    """A storage without a file."""
    return FileSystemStorage(location=tmp_path / "shelf")


def written(target: Path, **options: Any) -> Path:
    make_backup(target, database=connection, storage=storages["default"], **options)
    return target


def contents(storage: FileSystemStorage) -> dict[str, bytes]:
    root = Path(storage.base_location)
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", [pytest.param("whole", marks=pytest.mark.slow), "whole.tar"])
def test_restored_database_and_storage_are_equal(
    filled: Project, empty: BaseDatabaseWrapper, shelf: Any, tmp_path: Path, name: str
) -> None:
    source = written(tmp_path / name)
    restore_backup(source, database=empty, storage=shelf)
    before = digests_of(connection)
    assert before["runs_metrictail"].rows > 0
    assert digests_of(empty) == before
    assert contents(shelf) == contents(storages["default"])
    assert CONTENT in contents(shelf).values()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shelf", name]


def test_a_digest_changes_with_one_bit_of_one_row(filled: Project) -> None:
    before = digests_of(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE runs_metrictail SET data = set_bit(data, 40, 1 - get_bit(data, 40))")
    after = digests_of(connection)
    assert [name for name in after if after[name] != before[name]] == ["runs_metrictail"]


class BusyStorage(FileSystemStorage):
    """While the backup copies files, other connections go on working."""

    meanwhile: Callable[[], None]

    def listdir(self, path: str) -> Any:
        if not path:
            with ThreadPoolExecutor(1) as other:
                other.submit(self._work).result()
        return super().listdir(path)

    def _work(self) -> None:
        try:
            self.meanwhile()
        finally:
            connection.close()


def test_what_is_written_and_cleaned_meanwhile_changes_no_backup(
    filled: Project, alice: User, empty: BaseDatabaseWrapper, shelf: Any, tmp_path: Path
) -> None:
    """The dump's files are all there though a cleaning looks at them; a later run is not in it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM runs_artifact")  # so that cleaning would take the file
    before = digests_of(connection)
    cleaned: list[Any] = []

    def meanwhile() -> None:
        make_run(filled, alice, name="later")
        cleaned.extend(clean(before=timezone.now() + timedelta(days=1)))

    storage = BusyStorage(location=storages["default"].base_location)
    storage.meanwhile = meanwhile  # type: ignore[method-assign]
    make_backup(tmp_path / "b", database=connection, storage=storage)
    assert cleaned == []
    restore_backup(tmp_path / "b", database=empty, storage=shelf)
    assert digests_of(empty) == before
    assert digests_of(connection)["runs_run"].rows == before["runs_run"].rows + 1
    assert CONTENT in contents(shelf).values()
    assert "blob" in [one.what for one in clean(before=timezone.now() + timedelta(days=1))]


def test_the_same_content_is_kept_once_and_no_secret_unless_asked_for(
    filled: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHNB_EMAIL_PASSWORD", "canary-password")
    monkeypatch.setenv("AHNB_PUBLIC_URL", "https://ahnb.example.org")
    source = written(tmp_path / "plain")
    assert [p.read_bytes() for p in (source / FILES).rglob("*") if p.is_file()].count(CONTENT) == 1
    manifest = read_manifest(source)
    assert manifest.settings["AHNB_PUBLIC_URL"] == "https://ahnb.example.org"
    assert "canary-password" not in (source / MANIFEST).read_text()
    assert not restore_secret_key(source, tmp_path / "key")
    keyed = written(tmp_path / "keyed", secret_key="k" * 60)
    assert restore_secret_key(keyed, tmp_path / "key")
    assert (tmp_path / "key").read_text() == "k" * 60
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def damage(name: str) -> Callable[[Path], None]:
    def spoil(source: Path) -> None:
        path = next(path for path in sorted(source.rglob(name)) if path.is_file())
        path.write_bytes(path.read_bytes()[:-1] + b"#")

    return spoil


def remove_one(source: Path) -> None:
    next((source / "database").glob("*.dat.gz")).unlink()


def from_the_future(source: Path) -> None:
    manifest = json.loads((source / MANIFEST).read_text())
    manifest["migrations"]["runs"].append("9999_from_the_future")
    (source / MANIFEST).write_text(json.dumps(manifest))


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "dump changed": (damage("*.dat.gz"), "is damaged"),
    "file changed": (lambda source: damage("*")(source / FILES), "is damaged"),
    "part missing": (remove_one, "is not whole"),
    "no manifest": (lambda source: (source / MANIFEST).unlink(), "is no backup"),
    "manifest broken": (lambda source: (source / MANIFEST).write_text("{"), "cannot be read"),
    "newer": (from_the_future, "9999_from_the_future"),
}


def test_a_broken_or_newer_backup_is_refused_and_leaves_nothing(
    filled: Project, empty: BaseDatabaseWrapper, shelf: Any, tmp_path: Path
) -> None:
    sound = written(tmp_path / "sound")
    for case, (spoil, words) in BROKEN.items():
        source = shutil.copytree(sound, tmp_path / case)
        spoil(source)
        with pytest.raises(BackupError, match=words):
            restore_backup(source, database=empty, storage=shelf)
    (tmp_path / "odd.tar").write_bytes(b"no archive")
    with tarfile.open(tmp_path / "outside.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    for name in ("odd.tar", "outside.tar"):
        with pytest.raises(BackupError, match="no backup that can be read"):
            restore_backup(tmp_path / name, database=empty, storage=shelf)
    assert not (tmp_path.parent / "outside").exists()
    assert digests_of(empty) == {}
    assert contents(shelf) == {}


def test_a_dump_that_does_not_restore_leaves_nothing(
    filled: Project, empty: BaseDatabaseWrapper, shelf: Any, tmp_path: Path
) -> None:
    source = written(tmp_path / "b")
    manifest = json.loads((source / MANIFEST).read_text())
    manifest["rows"]["runs_run"] += 1
    (source / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="runs_run"):
        restore_backup(source, database=empty, storage=shelf)
    assert digests_of(empty) == {}
    assert contents(shelf) == {}


def test_nothing_is_written_over(
    filled: Project, empty: BaseDatabaseWrapper, shelf: Any, tmp_path: Path
) -> None:
    source = written(tmp_path / "b")
    with pytest.raises(BackupError, match="is there already"):
        written(source)
    before = digests_of(connection)
    with pytest.raises(BackupError, match="database is not empty"):
        restore_backup(source, database=connection, storage=shelf)
    with pytest.raises(BackupError, match="storage is not empty"):
        restore_backup(source, database=empty, storage=storages["default"])
    assert digests_of(connection) == before
