"""The little SQL that the store's rooms share. Values are always parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from django.db import connection
from django.db.backends.utils import CursorWrapper

Cursor: TypeAlias = CursorWrapper
ROWS_A_STATEMENT = 100
# libpq keeps a buffer of the longest statement that a connection ever sent.
BYTES_A_STATEMENT = 256 * 1024


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
    for part in _parts(rows):
        execute_values(cursor, statement, part)


def _parts(rows: Sequence[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """The rows in parts that make statements of a moderate length."""
    part: list[Sequence[Any]] = []
    size = 0
    for row in rows:
        length = sum(len(value) for value in row if isinstance(value, bytes))
        if part and (len(part) >= ROWS_A_STATEMENT or size + length > BYTES_A_STATEMENT):
            yield part
            part, size = [], 0
        part.append(row)
        size += length
    if part:
        yield part


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
