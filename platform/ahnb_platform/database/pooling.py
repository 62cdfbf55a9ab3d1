"""The pooler: what serves requests reaches PostgreSQL through it, commands reach it directly.

Migrations, backups and the like need a session of their own (locks that outlast a transaction,
limits of their own), requests need many short transactions. `wsgi.py` changes over.

AHNB_POOL_URL    pgbouncer in transaction mode before the database, written as `DATABASE_URL` is
"""

from typing import Any

from django.db import connections

from .config import pooled_config


def use_pool() -> None:
    """Let every connection that this process makes from now on go through the pooler, if any."""
    if config := pooled_config():
        replace_default(config)


def replace_default(config: dict[str, Any]) -> None:
    """Change what the default connection is, in this thread and in those to come."""
    connections.close_all()
    connections.settings["default"].update(config)
    del connections["default"]
