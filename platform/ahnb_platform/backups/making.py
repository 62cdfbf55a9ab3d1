"""Making a backup while the server goes on working.

One transaction sees the database as it is at one moment; pg_dump reads by the same snapshot. The
storage's files are copied after that moment, and none is deleted meanwhile, so that every file
that the dump names is there.
"""

import importlib.metadata
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.core.files.storage import Storage
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from . import layout
from .digests import count_rows, digests_of
from .errors import BackupError
from .files import copy_out
from .layout import Manifest, write_manifest
from .lock import backup_lock
from .tools import run_tool

SECRET = re.compile(r"KEY|PASSWORD|SECRET|TOKEN|DSN|URL_FILE|OPTIONS")
JOBS = 2
# The chunks are packed already; the rest is worth a little work.
COMPRESSION = "gzip:1"


def make_backup(
    target: Path,
    *,
    database: BaseDatabaseWrapper,
    storage: Storage,
    secret_key: str = "",
    with_digests: bool = False,
) -> Manifest:
    """Write a backup to a folder that is not there yet, or to a file that ends in `.tar`.

    Args:
        target: made whole under another name first.
        database: reached directly, not through a pooler.
        storage: whose files belong to it.
        secret_key: written down as well, unless empty.
        with_digests: also hash the rows of each table, which reads them all once more.

    Raises:
        BackupError: the target is there, another backup is under way, or pg_dump failed.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: nothing was changed")
    side = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(mode=0o700, parents=True)
    try:
        manifest = _filled(side, database, storage, secret_key, with_digests)
        _finish(side, target)
    finally:
        shutil.rmtree(side, ignore_errors=True)
    return manifest


def _filled(
    side: Path,
    database: BaseDatabaseWrapper,
    storage: Storage,
    secret_key: str,
    with_digests: bool,
) -> Manifest:
    with backup_lock(database):
        with snapshot(database) as name:
            run_tool(database, "pg_dump", *_dump_options(side, name))
            manifest = _described(database, with_digests)
        manifest.stored = copy_out(storage, side)
    if secret_key:
        write_private(side / layout.SECRET_KEY, secret_key)
    write_manifest(side, manifest)
    return manifest


def _dump_options(side: Path, snapshot_name: str) -> list[str]:
    return [
        "--format=directory",
        f"--file={side / layout.DATABASE}",
        f"--jobs={JOBS}",
        f"--compress={COMPRESSION}",
        f"--snapshot={snapshot_name}",
        "--no-owner",
        "--no-privileges",
    ]


@contextmanager
def snapshot(database: BaseDatabaseWrapper) -> Iterator[str]:
    """A transaction that sees one moment, and the name by which others see the same."""
    with database.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            yield str(cursor.fetchone()[0])
        finally:
            cursor.execute("ROLLBACK")


def _described(database: BaseDatabaseWrapper, with_digests: bool) -> Manifest:
    with database.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        made_at = cursor.fetchone()[0]
    return Manifest(
        version=server_version(),
        made_at=made_at.astimezone(UTC).isoformat(),
        migrations=applied_migrations(database),
        rows=count_rows(database),
        digests=(
            {name: one.md5 for name, one in digests_of(database).items()} if with_digests else {}
        ),
        settings=plain_settings(),
    )


def server_version() -> str:
    """The version of this checkout, as it was installed."""
    try:
        return importlib.metadata.version("ahnb-client")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def applied_migrations(database: BaseDatabaseWrapper) -> dict[str, list[str]]:
    """Of each app the migrations that the database has."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(database).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def plain_settings() -> dict[str, str]:
    """The variables that say how this installation differs, without the secret ones."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith("AHNB_") and not SECRET.search(name)
    }


def write_private(path: Path, text: str) -> None:
    """Write a file that is not there yet and that its owner alone may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _finish(side: Path, target: Path) -> None:
    """Give the whole backup its name."""
    if target.suffix != ".tar":
        side.rename(target)
        return
    packed = side.with_suffix(".packing")
    try:
        with tarfile.open(packed, "w") as tar:
            packed.chmod(0o600)
            tar.add(side, arcname=".")
        packed.rename(target)
    finally:
        packed.unlink(missing_ok=True)


def usual_name() -> str:
    """A name that sorts by time."""
    return f"ahnb-{datetime.now(UTC):%Y%m%d-%H%M%S}"
