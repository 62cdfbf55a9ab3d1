"""`manage.py migrate`, while others go on reading and writing.

A change of a table waits for everybody who uses it, and everybody else waits behind the change. So
it waits two seconds at most, steps back and tries again. An index that is made concurrently holds
up nobody and may wait as long as it takes; one that was broken off is made anew.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.errors import LockNotAvailable

MIGRATION_LOCK = 0x41484E42
LOCK_SECONDS = 2
PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
BROKEN_OFF = """
SELECT i.indexrelid::regclass::text FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace
"""


class Command(migrate.Command):
    help = f"{migrate.Command.help} Never holds up others for more than {LOCK_SECONDS} seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with alone(connection), connection.execute_wrapper(patient_with_indexes):
            self.patiently(connection, *args, **options)

    def patiently(self, connection: BaseDatabaseWrapper, *args: Any, **options: Any) -> None:
        """Try again while others hold what it needs. What was migrated before stays so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                drop_broken_off(connection)
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                if time.monotonic() >= deadline:
                    raise CommandError(
                        "A table was in use for five minutes, so that the next migration was "
                        "not done: look for long transactions in pg_stat_activity"
                    ) from error
            time.sleep(PAUSE_SECONDS)


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Of several starters one migrates and the others wait; with the limits of a migration."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        # Asked again and again: a statement that waits is a transaction, and an index that is made
        # concurrently would wait for it, both for ever.
        while not taken(cursor):
            time.sleep(PAUSE_SECONDS)
        try:
            cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
            cursor.execute("RESET lock_timeout")
            cursor.execute("RESET statement_timeout")


def taken(cursor: Any) -> bool:
    """Take the lock of migrations, if nobody has it."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATION_LOCK])
    return bool(cursor.fetchone()[0])


def drop_broken_off(connection: BaseDatabaseWrapper) -> None:
    """Remove what is left of indexes whose making was broken off; PostgreSQL uses none of them."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN_OFF)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def patient_with_indexes(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """A wrapper of Django's: what works concurrently may wait, as nobody waits behind it."""
    if " CONCURRENTLY " not in str(sql):
        return execute(sql, params, many, context)
    execute("SET lock_timeout = 0", None, False, context)
    try:
        return execute(sql, params, many, context)
    finally:
        execute(f"SET lock_timeout = '{LOCK_SECONDS}s'", None, False, context)
