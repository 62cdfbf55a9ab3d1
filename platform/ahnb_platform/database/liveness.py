"""Whether a kept connection still reaches its server, without asking the server."""

import select
from typing import Any


class LivenessMixin:
    """For Django's wrapper of a connection: `is_usable` without a round trip.

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
