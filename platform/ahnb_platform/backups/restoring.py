"""Restoring a backup into an empty database and an empty storage; anything else is refused."""

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import Storage
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from . import layout
from .digests import count_rows, digests_of, tables_of
from .errors import BackupError
from .files import copy_in, stored_paths
from .layout import Manifest, read_manifest
from .making import JOBS, write_private
from .tools import run_tool


def restore_backup(source: Path, *, database: BaseDatabaseWrapper, storage: Storage) -> Manifest:
    """Restore, and compare what is there then with what the backup says.

    The tables are as the backup has them; bringing them up to date is the caller's.

    Raises:
        BackupError: the place is not empty, the backup is broken or of a newer server, or what
            was restored differs; then the tables and files that were made are removed again.
    """
    refuse_filled(database, storage)
    with opened(source) as folder:
        manifest = read_manifest(folder)
        refuse_newer(manifest)
        try:
            run_tool(database, "pg_restore", *_restore_options(folder))
            copy_in(storage, folder, manifest.stored)
            compare(database, manifest)
        except BaseException as error:
            _remove_again(database, storage, error)
            raise
    return manifest


def _restore_options(folder: Path) -> list[str]:
    return [
        "--format=directory",
        f"--jobs={JOBS}",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        str(folder / layout.DATABASE),
    ]


@contextmanager
def opened(source: Path) -> Iterator[Path]:
    """The folder of a backup; one that is a file is unpacked beside itself."""
    if source.is_dir():
        yield source
        return
    try:
        with tempfile.TemporaryDirectory(dir=source.parent, prefix=".restore-") as folder:
            with tarfile.open(source) as tar:
                for member in tar:
                    _unpack(tar, member, Path(folder).resolve())
            yield Path(folder)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{source} is no backup that can be read ({error})") from error


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Regular files alone, each within the folder; a backup has nothing else."""
    place = (folder / member.name).resolve()
    if member.isdir():
        return
    content = tar.extractfile(member) if member.isreg() else None
    if content is None or not place.is_relative_to(folder):
        raise tarfile.TarError(f"{member.name} does not belong there")
    place.parent.mkdir(parents=True, exist_ok=True)
    with content, place.open("wb") as file:
        shutil.copyfileobj(content, file)


def refuse_filled(database: BaseDatabaseWrapper, storage: Storage) -> None:
    """Nothing is ever written over."""
    if found := tables_of(database):
        raise BackupError(
            f"The database is not empty (it has the table {found[0]}): nothing was changed; "
            "restore into a new one"
        )
    if path := next(stored_paths(storage), None):
        raise BackupError(
            f"The storage is not empty (it has {path}): nothing was changed; choose another place"
        )


def refuse_newer(manifest: Manifest) -> None:
    """A database with migrations that this code does not have would be misread."""
    known = MigrationLoader(None).disk_migrations or {}
    unknown = [
        f"{app} {name}"
        for app, names in manifest.migrations.items()
        for name in names
        if (app, name) not in known
    ]
    if unknown:
        raise BackupError(
            f"The backup is of a newer server ({manifest.version}; this one lacks the migration "
            f"{unknown[0]}): nothing was changed; install that version first"
        )


def compare(database: BaseDatabaseWrapper, manifest: Manifest) -> None:
    """Each table has the rows that the backup counted, and the digest where it has one."""
    with database.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    if (found := count_rows(database)) != manifest.rows:
        [(name, _), *_] = sorted(set(found.items()) ^ set(manifest.rows.items()))
        raise BackupError(f"The restored table {name} has other rows than the backup says")
    if manifest.digests:
        digests = {name: one.md5 for name, one in digests_of(database).items()}
        odd = sorted(name for name in digests if digests[name] != manifest.digests.get(name))
        if odd:
            raise BackupError(f"The restored table {odd[0]} differs from the one backed up")


def _remove_again(database: BaseDatabaseWrapper, storage: Storage, reason: BaseException) -> None:
    """`remove_all`, or words for what stays where even that fails."""
    try:
        remove_all(database, storage)
    except (DatabaseError, OSError) as error:
        raise BackupError(
            f"{reason}. What had been restored by then could not be removed ({error}): drop the "
            f"database {database.settings_dict['NAME']} and empty the storage before another try"
        ) from reason


def remove_all(database: BaseDatabaseWrapper, storage: Storage) -> None:
    """Make the place as empty as it was found."""
    with database.cursor() as cursor:
        for name in tables_of(database):
            cursor.execute(f"DROP TABLE IF EXISTS {database.ops.quote_name(name)} CASCADE")
    for path in list(stored_paths(storage)):
        storage.delete(path)


def restore_secret_key(source: Path, place: Path) -> bool:
    """Put the backup's secret key into the file `place`; False where the backup has none."""
    with opened(source) as folder:
        kept = folder / layout.SECRET_KEY
        if not kept.exists():
            return False
        write_private(place.with_name(f".{place.name}.restored"), kept.read_text())
        place.with_name(f".{place.name}.restored").replace(place)
    return True
