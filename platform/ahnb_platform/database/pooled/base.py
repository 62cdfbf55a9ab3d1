"""Django's PostgreSQL backend where each transaction may get another of the server's connections.

What a session keeps must not be relied on. Of Django's that is only the cursor in the server,
which outlives a statement; inside a transaction it is safe.
"""

from typing import Any

from ..external import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects to the pooler of `AHNB_POOL_URL`."""

    def chunked_cursor(self) -> Any:
        return super().chunked_cursor() if self.in_atomic_block else self.cursor()
