"""`manage.py dbshell` with the `psql` of the wheel."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import client

from ..cluster import programs


class DatabaseClient(client.DatabaseClient):
    """Starts the embedded server before `psql`, which would find none."""

    executable_name = "psql"

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        words, environment = super().settings_to_cmd_args_env(settings_dict, list(parameters))
        return [str(programs() / cls.executable_name), *words[1:]], environment

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.ensure_connection()
        super().runshell(list(parameters))
