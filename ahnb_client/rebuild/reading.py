"""What the server has of a run, for commands."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ..config import Config
from ..errors import ConfigurationError, Rejected, ServerUnreachable
from ..transport.http import Server

MAX_ANSWER_BYTES = 64 << 20
MAX_METRICS = 200
MAX_POINTS = 100_000
_NUMBERED = re.compile(r"(?P<project>[^/]+/[^/#]+)#(?P<number>\d+)")


class Reader:
    """Asks the configured server, as the configured key may."""

    def __init__(self, config: Config) -> None:
        """Raises ConfigurationError where there is no server or key."""
        if config.server is None or config.key is None:
            raise ConfigurationError("no server or key: `ahnb login --server URL`")
        self._config = config
        self._server = Server(config.server, config.key, max_answer_bytes=MAX_ANSWER_BYTES)

    def find(self, run: str) -> dict[str, Any]:
        """Return the document of the run that an id or ``team/project#number`` names.

        Raises:
            ConfigurationError: there is none.
        """
        numbered = _NUMBERED.fullmatch(run)
        if numbered is None:
            return self._get(f"runs/{quote(run, safe='')}/")
        query = urlencode({"q": f"number = {numbered['number']}", "limit": 1})
        found = self._get(f"projects/{numbered['project']}/runs/?{query}")["results"]
        if not found:
            raise ConfigurationError(f"there is no run {run}")
        return self._get(f"runs/{found[0]['id']}/")

    def record(self, run_id: str) -> dict[str, Any]:
        """Return ``{model, environment, data, code, summary}``."""
        return self._get(f"runs/{run_id}/record/")

    def series(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what training decides: each series by epoch or step, as the API gives it."""
        names = [name for name, told in document["metrics"].items() if told["unit"] != "time"]
        found: dict[str, Any] = {}
        for start in range(0, len(names), MAX_METRICS):
            some = names[start : start + MAX_METRICS]
            query = urlencode({"metric": some, "points": MAX_POINTS}, doseq=True)
            found |= self._get(f"runs/{document['id']}/series/?{query}")["metrics"]
        return found

    def me(self) -> Mapping[str, Any]:
        """Return whom the key belongs to."""
        return self._server.me()

    def write_note(self, run_id: str, text: str) -> bool:
        """Write a note on a run; tell whether the server took it."""
        answer = self._server.send(
            "POST", f"runs/{run_id}/notes/", json.dumps({"text": text}).encode()
        )
        return answer.status == 201

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._server.send("GET", path)
        if answer.status is None or answer.status >= 500:
            raise ServerUnreachable(f"{self._config.server}: {answer.reason}")
        if answer.status == 404:
            raise ConfigurationError("the server has no such run, or this key may not see it")
        if answer.status >= 400:
            raise Rejected(answer.reason, status=answer.status, code=answer.code)
        return dict(answer.document)
