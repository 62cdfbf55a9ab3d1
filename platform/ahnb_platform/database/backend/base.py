"""Django's PostgreSQL backend; the embedded server starts when a connection is really made."""

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from .. import embedded
from ..errors import DatabaseError
from ..liveness import LivenessMixin
from ..places import Places
from .client import DatabaseClient

_reached: set[Path] = set()


class DatabaseWrapper(LivenessMixin, base.DatabaseWrapper):
    """Connects to the PostgreSQL of `settings_dict["DATA_DIR"]`.

    The first connection of a process waits until that server runs. A later failure, as when the
    server was killed, only has it started again and fails at once, so that a request is answered
    with 503 instead of hanging. Every failure is an `OperationalError`.
    """

    client_class = DatabaseClient

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        places = Places(Path(self.settings_dict["DATA_DIR"]))
        try:
            embedded.hold(places)
            connection = self.connect_or_start(places, conn_params)
        except DatabaseError as error:
            raise self.Database.OperationalError(str(error)) from error
        _reached.add(places.data)
        return connection

    def connect_or_start(self, places: Places, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            if places.data in _reached:
                embedded.wake(places)
                raise
            embedded.ensure_running(places)
            return super().get_new_connection(conn_params)
