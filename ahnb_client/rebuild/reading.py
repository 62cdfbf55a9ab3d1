"""What the server has of a run, for commands."""

from collections.abc import Mapping
from typing import Any

from ..client.asking import Asker
from ..client.naming import resolve
from ..config import Config
from ..errors import TransportError

MAX_METRICS = 200
MAX_POINTS = 100_000


class Reader:
    """Asks the configured server, as the configured key may."""

    def __init__(self, config: Config) -> None:
        """Raises ConfigurationError where there is no server or key."""
        self._asker = Asker(config)

    def find(self, run: str) -> dict[str, Any]:
        """Return the document of the run that `run` names; see `client.naming`.

        Raises:
            ConfigurationError: that names no run, or several.
            NotFound: there is none.
        """
        return self._asker.get(f"runs/{resolve(self._asker, run)}/")

    def record(self, run_id: str) -> dict[str, Any]:
        """Return ``{model, environment, data, code, summary}``."""
        return self._asker.get(f"runs/{run_id}/record/")

    def series(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what training decides: each series by epoch or step, as the API gives it."""
        names = [name for name, told in document["metrics"].items() if told["unit"] != "time"]
        found: dict[str, Any] = {}
        path = f"runs/{document['id']}/series/"
        for start in range(0, len(names), MAX_METRICS):
            some = names[start : start + MAX_METRICS]
            found |= self._asker.get(path, metric=some, points=MAX_POINTS)["metrics"]
        return found

    def me(self) -> Mapping[str, Any]:
        """Return whom the key belongs to."""
        return self._asker.get("me/")

    def write_note(self, run_id: str, text: str) -> bool:
        """Write a note on a run; tell whether the server took it."""
        try:
            self._asker.post(f"runs/{run_id}/notes/", {"text": text})
        except TransportError:
            return False
        return True
