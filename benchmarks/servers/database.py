"""A PostgreSQL of the kind that the product embeds, for the peers and for the limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ahnb_platform.database import embedded
from ahnb_platform.database.cluster import ROLE
from ahnb_platform.database.places import Places


@contextmanager
def cluster(folder: Path) -> Iterator[Path]:
    """The socket folder of a new PostgreSQL with the product's settings (fsync on)."""
    places = Places(folder)
    embedded.ensure_running(places)
    try:
        yield places.sockets
    finally:
        embedded.release(places, seconds=30)


def connect(sockets: Path, name: str = "ahnb"):  # type: ignore[no-untyped-def]
    """A connection that commits each statement."""
    import psycopg2

    connection = psycopg2.connect(host=str(sockets), user=ROLE, dbname=name)
    connection.autocommit = True
    return connection


def create_database(sockets: Path, name: str) -> None:
    execute(sockets, f'CREATE DATABASE "{name}"')


def execute(sockets: Path, statement: str, name: str = "ahnb") -> None:
    """Run one statement outside of any transaction."""
    with closing(connect(sockets, name)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
