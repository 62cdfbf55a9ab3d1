"""Which tables are spread over machines, and by which statements (Citus).

Rows of one project stay together: every key of a heavy table begins with `project_id`, so that what
a request reads or writes of a project is on one machine. `tests/runs/test_spreading.py` holds the
tables to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Model

from .life.models import Quota
from .models import Run, RunLocator

COLUMN = "project_id"
SHARDS = 32
# A row for each run, which says where all else of it lies; and one for each limit.
SMALL = (RunLocator, Quota)


class NoCitusError(Exception):
    """This PostgreSQL cannot spread tables."""


@dataclass(frozen=True)
class Step:
    """One statement with its arguments, and the table that it concerns."""

    table: str
    statement: str
    arguments: tuple[str | int, ...]

    def __str__(self) -> str:
        return self.statement % tuple(
            str(one) if isinstance(one, int) else f"'{one}'" for one in self.arguments
        )


def heavy_tables() -> list[str]:
    """All tables that grow with runs, the one of runs first: the others lie where its rows lie."""
    models: list[type[Model]] = list(apps.get_app_config("runs").get_models())
    names = [model._meta.db_table for model in models if model not in SMALL]
    names.remove(Run._meta.db_table)
    return [Run._meta.db_table, *sorted(names)]


def steps(shards: int = SHARDS) -> Iterator[Step]:
    """What is left to do, in order.

    Raises:
        NoCitusError: the extension is not there.
    """
    done = _spread_already()
    first, *others = heavy_tables()
    if first not in done:
        statement = "SELECT create_distributed_table(%s, %s, shard_count => %s)"
        yield Step(first, statement, (first, COLUMN, shards))
    for table in others:
        if table not in done:
            statement = "SELECT create_distributed_table(%s, %s, colocate_with => %s)"
            yield Step(table, statement, (table, COLUMN, first))
    locator = RunLocator._meta.db_table
    if locator not in done:
        # Small, and asked for every run: a copy on each machine.
        yield Step(locator, "SELECT create_reference_table(%s)", (locator,))


def take(step: Step) -> None:
    """Spread one table; its rows are moved, and writes to it wait meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(step.statement, step.arguments)


def _spread_already() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
        if cursor.fetchone() is None:
            raise NoCitusError
        cursor.execute("SELECT table_name::text FROM citus_tables")
        return {name.rpartition(".")[2] for (name,) in cursor.fetchall()}
