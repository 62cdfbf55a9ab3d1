"""`manage.py migrate`, while others go on reading and writing.

A change of a table waits for everybody who uses it, and everybody else waits behind the change. So
it waits two seconds at most, steps back and tries again.
"""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg2.errors import LockNotAvailable

MIGRATION_LOCK = 0x41484E42
LOCK_SECONDS = 2
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 300.0


class Command(migrate.Command):
    help = f"{migrate.Command.help} Never holds up others for more than {LOCK_SECONDS} seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET lock_timeout = 0")
            # Of several starters one migrates and the others wait.
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            try:
                cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
                self.patiently(*args, **options)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")

    def patiently(self, *args: Any, **options: Any) -> None:
        """Try again while others hold what it needs. What was migrated before stays so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                if time.monotonic() >= deadline:
                    raise CommandError(
                        "A table was in use for five minutes; nothing of this migration was "
                        "done: look for long transactions in pg_stat_activity"
                    ) from error
            time.sleep(PAUSE_SECONDS)
