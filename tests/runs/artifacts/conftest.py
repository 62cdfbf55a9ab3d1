"""A run with a person who may attach files to it, and how the API is asked."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests import cast

Put = Callable[..., Any]


@pytest.fixture
def put(api, run) -> Put:
    """Attach a file through the API."""

    def attach(name: str = "plot.txt", content: bytes = b"a file", **query: Any) -> Any:
        return put_file(api, run.id, name, content, **query)

    return attach


def put_file(api: cast.Api, run_id: object, name: str, content: bytes, **query: Any) -> Any:
    """The answer to an upload; `headers` are sent as they are."""
    headers = query.pop("headers", None)
    asked = "".join(f"&{key}={quote(str(value), safe='')}" for key, value in query.items())
    path = f"/api/v1/runs/{run_id}/artifacts/?name={quote(name, safe='')}{asked}"
    return api.put(path, content, headers=headers)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
