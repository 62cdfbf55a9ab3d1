"""What the default connection is, where it is not the one of `DATABASES`.

All code asks the default connection. The pooler takes its place in a whole process, the replica
in one thread for a while.

Migrations, backups and the like need a session of their own (locks that outlast a transaction,
limits of their own), requests need many short transactions: so what serves requests reaches
PostgreSQL through the pooler, commands reach it directly. `wsgi.py` changes over.

AHNB_POOL_URL    pgbouncer in transaction mode before the database, written as `DATABASE_URL` is
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .config import pooled_config


def use_pool() -> None:
    """Let every connection that this process makes from now on go through the pooler, if any."""
    if config := pooled_config():
        replace_default(config)


def replace_default(config: dict[str, Any]) -> None:
    """Change what the default connection is, in this thread and in those to come."""
    connections.close_all()
    connections.settings[DEFAULT_DB_ALIAS].update(config)
    del connections[DEFAULT_DB_ALIAS]


@contextmanager
def default_replaced_by(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """Let this thread ask another connection; yields the one that it asked before."""
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[alias]
    try:
        yield before
    finally:
        put_back(before)


def put_back(default: BaseDatabaseWrapper) -> None:
    """Let this thread ask a connection again that `default_replaced_by` put aside."""
    connections[DEFAULT_DB_ALIAS] = default
