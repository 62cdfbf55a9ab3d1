"""A digest of every row of every table, in SQL, so that nothing is fetched.

Rows are written as text by PostgreSQL itself (bytes as hexadecimal digits, floats with all their
digits), each is hashed, and the hashes are hashed in their order: in parts, as one text may not
pass a gigabyte. Equal digests mean equal rows, none more and none less, wherever they lie.
"""

from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition
  AND relnamespace = current_schema()::regnamespace
ORDER BY relname
"""
DIGEST = """
SELECT coalesce(sum(rows), 0), coalesce(md5(string_agg(part, '' ORDER BY head)), '')
FROM (
    SELECT left(hash, 3) AS head, count(*) AS rows, md5(string_agg(hash, '' ORDER BY hash)) AS part
    FROM (SELECT md5(one::text) AS hash FROM {table} AS one) AS hashes
    GROUP BY 1
) AS parts
"""


class Digest(NamedTuple):
    """How many rows a table has, and a hash of them all."""

    rows: int
    md5: str


def tables_of(database: BaseDatabaseWrapper) -> list[str]:
    """The names of all tables, in order."""
    with database.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def digests_of(database: BaseDatabaseWrapper) -> dict[str, Digest]:
    """The digest of each table, as the running transaction sees it."""
    found = {}
    with database.cursor() as cursor:
        for name in tables_of(database):
            cursor.execute(DIGEST.format(table=database.ops.quote_name(name)))
            rows, md5 = cursor.fetchone()
            found[name] = Digest(int(rows), md5)
    return found


def count_rows(database: BaseDatabaseWrapper) -> dict[str, int]:
    """How many rows each table has, as the running transaction sees it."""
    found = {}
    with database.cursor() as cursor:
        for name in tables_of(database):
            cursor.execute(f"SELECT count(*) FROM {database.ops.quote_name(name)}")  # noqa: S608
            found[name] = cursor.fetchone()[0]
    return found
