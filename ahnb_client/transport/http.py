"""HTTP as the contract wants it. Only the sender's thread and the command line come here."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from ..config import is_loopback
from ..errors import Rejected, ServerUnreachable
from ..version import __version__
from .answers import Answer, retry_after
from .expiry import HEADER, tell_expiry
from .files import FileBody

CONNECT_SECONDS, READ_SECONDS = 3.05, 20.0
ANSWER_SECONDS = 30.0
DOWNLOAD_SECONDS = 120.0  # between two pieces
UPLOAD_SECONDS = 20.0, 120.0  # for a piece to go; for the answer, as all of it must be on a disk
MAX_ANSWER_BYTES = 1 << 20
_MAX_REDIRECTS = 3
_PIECE_BYTES = 8192
_DOWNLOAD_BYTES = 1 << 16
_SAME_METHOD_REDIRECTS = {301, 302, 307, 308}


class _Bearer(requests.auth.AuthBase):
    """Puts the token into the header; keeps `.netrc` from putting another one there."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Server:
    """One AHNB server, as one token sees it."""

    def __init__(
        self, address: str, key: str | None, *, max_answer_bytes: int = MAX_ANSWER_BYTES
    ) -> None:
        self._address, self._key = address, key
        self._max_answer_bytes = max_answer_bytes
        self._session = requests.Session()
        self._session.auth = _Bearer(key)
        # A proxy for the outside world has no business with this machine's own ports.
        self._session.trust_env = not is_loopback(address)
        self._session.headers.update(
            {"User-Agent": f"ahnb-client/{__version__}", "Accept": "application/json"}
        )

    def __repr__(self) -> str:
        return f"<Server {self._address}>"

    def another(self) -> Self:
        """The same over connections of its own, for another thread."""
        return type(self)(self._address, self._key, max_answer_bytes=self._max_answer_bytes)

    def put_run(self, run_id: str, body: Mapping[str, Any]) -> Answer:
        """Create the run, or find it there."""
        return self.send("PUT", f"runs/{run_id}/", json.dumps(body).encode())

    def post_batch(self, run_id: str, body: bytes) -> Answer:
        """Deliver a batch, its body already compressed."""
        return self.send("POST", f"runs/{run_id}/batches/", body, {"Content-Encoding": "gzip"})

    def put_file(self, run_id: str, query: Mapping[str, Any], body: FileBody | bytes) -> Answer:
        """Attach a file to the run; `query` is its name, step and hash."""
        path = f"runs/{run_id}/artifacts/?{urlencode(query)}"
        kind = {"Content-Type": "application/octet-stream"}
        return self.send("PUT", path, body, kind, timeout=UPLOAD_SECONDS)

    def get_files(self, run_id: str) -> Answer:
        """The newest file of the run, and what limits there are."""
        return self.send("GET", f"runs/{run_id}/artifacts/?limit=1")

    def me(self) -> Mapping[str, Any]:
        """Whom the token belongs to, and what it may.

        Raises:
            ServerUnreachable: there is no answer, or none of an AHNB server.
            Rejected: the server does not take the token.
        """
        answer = self.send("GET", "me/")
        if answer.status is None or answer.status >= 500:
            raise ServerUnreachable(f"{self._address}: {answer.reason}")
        if answer.status >= 400 and not answer.code:
            raise ServerUnreachable(f"{self._address} is no AHNB server (HTTP {answer.status})")
        if answer.status >= 400:
            raise Rejected(answer.reason, status=answer.status, code=answer.code)
        if "user" not in answer.document:
            raise ServerUnreachable(f"{self._address} is no AHNB server")
        return answer.document

    def send(
        self,
        method: str,
        path: str,
        body: FileBody | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> Answer:
        """One request and its answer; whatever goes wrong is an answer too."""
        url = f"{self._address}/api/v1/{path}"
        headers = {**({"Content-Type": "application/json"} if body else {}), **(headers or {})}
        try:
            for _ in range(_MAX_REDIRECTS):
                if isinstance(body, FileBody):
                    body.rewind()
                response = self._session.request(
                    method,
                    url,
                    data=body,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    target = _redirect(response, url)
                    if target is None:
                        return _read(response, self._max_answer_bytes)
                    if not _may_follow(url, target):
                        return Answer(None, trouble=f"a redirect to {urlsplit(target).netloc}")
                url = target
            return Answer(None, trouble="redirects without end")
        except requests.exceptions.SSLError as error:
            return Answer(None, trouble=f"no trusted connection: {error}", needs_person=True)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            return Answer(None, trouble=_in_words(error))

    def download(self, path: str, write: Callable[[bytes], Any]) -> Answer:
        """Hand on what a GET gives, piece by piece; the answer is empty if all of it came."""
        url = f"{self._address}/api/v1/{path}"
        timeout = (CONNECT_SECONDS, DOWNLOAD_SECONDS)
        try:
            with self._session.get(
                url, timeout=timeout, allow_redirects=False, stream=True
            ) as response:
                if response.status_code != 200:
                    return _read(response, self._max_answer_bytes)
                for piece in response.iter_content(_DOWNLOAD_BYTES):
                    write(piece)
                return Answer(200)
        except (requests.RequestException, HTTPError, ValueError) as error:
            return Answer(None, trouble=_in_words(error))

    def close(self) -> None:
        self._session.close()


def _redirect(response: requests.Response, url: str) -> str | None:
    location = response.headers.get("Location")
    if response.status_code not in _SAME_METHOD_REDIRECTS or not location:
        return None
    return urljoin(url, location)


def _may_follow(url: str, target: str) -> bool:
    """The token goes to the same host alone, and never from https back to http."""
    old, new = urlsplit(url), urlsplit(target)
    if old.hostname != new.hostname:
        return False
    return new.scheme == "https" or (old.scheme, old.port) == (new.scheme, new.port)


def _read(response: requests.Response, most: int) -> Answer:
    """The answer, as far as it comes in time and is not too long."""
    deadline = time.monotonic() + ANSWER_SECONDS
    content = b""
    # `read1` gives what has come; `iter_content` would wait for a whole piece, byte by byte.
    read = getattr(response.raw, "read1", response.raw.read)
    while piece := read(_PIECE_BYTES, decode_content=True):
        content += piece
        if len(content) > most or time.monotonic() > deadline:
            return Answer(None, trouble="an answer without end")
    tell_expiry(response.headers.get(HEADER))
    wait = retry_after(response.headers.get("Retry-After"))
    return Answer(response.status_code, _document(content), wait)


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _in_words(error: Exception) -> str:
    if isinstance(error, requests.ConnectTimeout | requests.ReadTimeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return type(error).__name__
