"""Questions to a server, and the errors that its answers mean."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from ..config import Config
from ..errors import ConfigurationError, NotFound, RateLimited, Rejected, ServerUnreachable
from ..transport.answers import Answer
from ..transport.http import Server

MAX_ANSWER_BYTES = 64 << 20


class Writable(Protocol):
    """What a download is written into."""

    def write(self, data: bytes, /) -> Any: ...


class Asker:
    """Asks the configured server, as the configured key may."""

    def __init__(self, config: Config) -> None:
        """Raises ConfigurationError where there is no server or no key."""
        if config.server is None:
            raise ConfigurationError("no server: `ahnb login --server URL`, or set AHNB_SERVER")
        if config.key is None:
            raise ConfigurationError("no API key: `ahnb login`, or set AHNB_API_KEY")
        self.address, self.project = config.server, config.project
        self._server = Server(config.server, config.key, max_answer_bytes=MAX_ANSWER_BYTES)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return the document at a path below `/api/v1/`; a parameter that is None is left out.

        Raises:
            TransportError: there is no good answer.
        """
        stated = {name: value for name, value in query.items() if value is not None}
        asked = f"{path}?{urlencode(stated, doseq=True)}" if stated else path
        return self._checked(self._server.send("GET", asked))

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Return one page of a listing after another, each asked for when it is wanted."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield page
            cursor = page.get("next")
            if not cursor:
                return

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a document. Raises TransportError as `get` does."""
        return self._checked(self._server.send("POST", path, json.dumps(body).encode()))

    def download(self, path: str, file: Writable) -> None:
        """Write what a path gives into a file. Raises TransportError as `get` does."""
        answer = self._server.download(path, file.write)
        if answer.status != 200:
            self._checked(answer)

    def close(self) -> None:
        self._server.close()

    def _checked(self, answer: Answer) -> dict[str, Any]:
        status = answer.status
        if status is None or status >= 500:
            raise ServerUnreachable(f"{self.address}: {answer.reason}")
        if status == 429:
            raise RateLimited(answer.reason, seconds=answer.retry_after or 1.0)
        if status >= 400 and answer.code:
            kind = NotFound if status == 404 else Rejected
            parameter, position = _place(answer)
            raise kind(
                _reason(answer),
                status=status,
                code=answer.code,
                parameter=parameter,
                position=position,
            )
        if status >= 300 or not answer.document:
            raise ServerUnreachable(f"{self.address} is no AHNB server (HTTP {status})")
        return dict(answer.document)


def _reason(answer: Answer) -> str:
    """What the server said."""
    if answer.status == 404:
        return "the server has no such thing, or this key may not see it (HTTP 404)"
    parameter, position = _place(answer)
    if position is not None:
        return f"{answer.reason}, at character {position + 1} of {parameter}"
    return answer.reason


def _place(answer: Answer) -> tuple[str, int | None]:
    """Which part of a search cannot be understood, and at which character; ("", None) of others."""
    position, faults = answer.document.get("position"), _faults(answer)
    if type(position) is not int or position < 0 or not faults:
        return "", None
    return str(faults[0].get("pointer")), position


def _faults(answer: Answer) -> list[dict[str, Any]]:
    listed = answer.document.get("errors")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
