"""The little SQL that the store's rooms share. Values are always parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from django.db import connection
from django.db.backends.utils import CursorWrapper

Cursor: TypeAlias = CursorWrapper
ROWS_A_STATEMENT = 100


@contextmanager
def plain_cursor() -> Iterator[Any]:
    """psycopg2's own cursor, for the one statement that runs hundreds of times a second.

    Outside of transactions. Its errors are Django's, as everywhere; nobody logs its statements.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        yield cursor


def insert_rows(
    cursor: Cursor,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    ending: str = "",
) -> None:
    """Insert many rows; `table`, `columns` and `ending` are constants of the code."""
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {{values}} {ending}"  # noqa: S608
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        execute_values(cursor, statement, rows[start : start + ROWS_A_STATEMENT])


def select_for(
    cursor: Cursor, statement: str, keys: Sequence[Sequence[Any]], template: str = ""
) -> list[tuple[Any, ...]]:
    """Rows of one statement that joins `(VALUES {values})` with the keys."""
    if not keys:
        return []
    execute_values(cursor, statement, keys, template)
    return cursor.fetchall()


def execute_values(
    cursor: Cursor, statement: str, rows: Sequence[Sequence[Any]], template: str = ""
) -> None:
    """Run a statement with a list of rows in the place of `{values}`.

    `template` is the form of one row, for casts: "(%s, %s::float8)".
    """
    template = template or f"({', '.join(['%s'] * len(rows[0]))})"
    values = ", ".join([template] * len(rows))
    flat = [value for row in rows for value in row]
    cursor.execute(statement.replace("{values}", values), flat)
