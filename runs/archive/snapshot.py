"""One state of the database for as long as something is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Whatever is written meanwhile is not seen; inside a transaction this one goes on."""
    is_new = not connection.in_atomic_block
    with transaction.atomic():
        if is_new:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
