"""Django's PostgreSQL backend for a server that somebody else runs."""

from django.db.backends.postgresql import base

from ..liveness import LivenessMixin


class DatabaseWrapper(LivenessMixin, base.DatabaseWrapper):
    """Connects to the server of `DATABASE_URL`."""
