"""Writes are refused before the disk of the embedded PostgreSQL is full.

PostgreSQL needs room to write down even that it could not store something; without any it ends,
and cannot be read either. So what would add data is answered with 503 while little room is left;
reading goes on, and so does deleting.

AHNB_DISK_RESERVE_MB    megabytes of the disk that points and files may not take (256; 0: all)
"""

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from . import env

USUAL_RESERVE_MB = 256
LOOK_SECONDS = 1.0
ADDING = {"POST", "PUT", "PATCH"}
API = "/api/"
FULL = json.dumps(
    {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The server's disk is nearly full; nothing was stored. Come again later.",
        "code": "disk-full",
        "request_id": None,
        "errors": [],
    }
).encode()

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Room:
    """A WSGI application that refuses what adds data while the disk is nearly full.

    Args:
        application: what serves.
        folder: on the disk that is watched.
        reserve: bytes that must stay free.
    """

    def __init__(self, application: Application, folder: Path, reserve: int) -> None:
        self.application, self.folder, self.reserve = application, folder, reserve
        self.looked_at, self.is_low = 0.0, False

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        adds = environ["REQUEST_METHOD"] in ADDING and environ["PATH_INFO"].startswith(API)
        if adds and self._is_low():
            headers = [
                ("Content-Type", "application/problem+json"),
                ("Content-Length", str(len(FULL))),
                ("Retry-After", "30"),
            ]
            start_response("503 Service Unavailable", headers)
            return [FULL]
        return self.application(environ, start_response)

    def _is_low(self) -> bool:
        now = time.monotonic()
        if now - self.looked_at >= LOOK_SECONDS:
            self.is_low, self.looked_at = free_bytes(self.folder) < self.reserve, now
        return self.is_low


def free_bytes(folder: Path) -> int:
    """What an ordinary account may still write; a disk that says nothing has room."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return 1 << 62
    return found.f_bavail * found.f_frsize


def with_room(application: Application) -> Application:
    """`application` behind the watch, where the database lies on a disk of this machine."""
    megabytes = env.integer("AHNB_DISK_RESERVE_MB", USUAL_RESERVE_MB)
    data = settings.DATABASES["default"].get("DATA_DIR")
    if not megabytes or data is None or env.text("AHNB_POOL_URL"):
        return application
    return Room(application, Path(data), megabytes * 1_000_000)
