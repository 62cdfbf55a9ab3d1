"""Cleaning and backups exclude each other: what a dump names must be there to be copied."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.errors import LockNotAvailable

from .errors import BackupError

BACKUP_LOCK = 0x41484E43


@contextmanager
def backup_lock(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold off those who delete files; for a connection that is this process' own.

    Raises:
        BackupError: another backup is under way.
    """
    with database.cursor() as cursor:
        # Cleaning holds it for a file at a time, another backup for long.
        cursor.execute("SET lock_timeout = '10s'")
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [BACKUP_LOCK])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise BackupError("Another backup of this database is under way") from error
            raise
        finally:
            cursor.execute("RESET lock_timeout")
    try:
        yield
    finally:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [BACKUP_LOCK])


def is_backup_under_way() -> bool:
    """Asked inside a transaction; where the answer is no, none begins before its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [BACKUP_LOCK])
        return not cursor.fetchone()[0]
