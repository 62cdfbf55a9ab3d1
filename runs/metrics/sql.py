"""The little SQL that the store's rooms share. Values are always parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db.backends.utils import CursorWrapper
from psycopg2.extras import execute_values

Cursor: TypeAlias = CursorWrapper
ROWS_A_STATEMENT = 100


def insert_rows(
    cursor: Cursor,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    ending: str = "",
) -> None:
    """Insert many rows; `table`, `columns` and `ending` are constants of the code."""
    if rows:
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES %s {ending}"  # noqa: S608
        execute_values(cursor, statement, rows, page_size=ROWS_A_STATEMENT)


def select_for(
    cursor: Cursor, statement: str, keys: Sequence[Sequence[Any]], template: str | None = None
) -> list[tuple[Any, ...]]:
    """Rows of one statement that joins `VALUES %s` with the keys."""
    if not keys:
        return []
    size = len(keys)
    return execute_values(cursor, statement, keys, template=template, page_size=size, fetch=True)
