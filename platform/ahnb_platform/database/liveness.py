"""Whether the database can be reached: of a kept connection, and of what went wrong."""

import select
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError


def is_away(error: BaseException | None) -> bool:
    """Whether this error says that the database could not be reached, or went while it worked.

    psycopg2 raises the bare `DatabaseError` where a connection broke so early in an answer that
    PostgreSQL's client library has neither a code nor words for it.
    """
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


class LivenessMixin:
    """For Django's wrapper of a connection: `is_usable` without asking the server.

    Django asks once a request. PostgreSQL says nothing on an idle connection until it closes it,
    so anything that can be read there is its farewell.
    """

    connection: Any

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
