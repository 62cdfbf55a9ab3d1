"""Room for requests without a body, whatever slow senders do.

A thread that reads a body waits for its sender. Somebody who sends many halves would take all
threads of a worker; two of them never read bodies, so that pages and health stay there.
"""

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

from . import env

KEPT_FREE = 2
PATIENCE_SECONDS = 0.5
BUSY = json.dumps(
    {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Too many bodies are under way; come again.",
        "code": "busy",
        "request_id": None,
        "errors": [],
    }
).encode()

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class BodySlots:
    """A WSGI application that lets only so many requests with a body in at once.

    Args:
        application: what serves.
        threads: of the worker.
    """

    def __init__(self, application: Application, threads: int) -> None:
        self.application = application
        self.slots = threading.BoundedSemaphore(max(1, threads - KEPT_FREE))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") in (None, "", "0"):
            return self.application(environ, start_response)
        if not self.slots.acquire(timeout=PATIENCE_SECONDS):
            return busy(start_response)
        try:
            return self.application(environ, start_response)
        finally:
            self.slots.release()


def busy(start_response: Callable[..., Any]) -> list[bytes]:
    """503, so that clients come again in a second."""
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(BUSY))),
        ("Retry-After", "1"),
    ]
    start_response("503 Service Unavailable", headers)
    return [BUSY]


def with_body_slots(application: Application) -> BodySlots:
    """`application` under the threads that this worker has."""
    return BodySlots(application, env.integer("AHNB_THREADS", 16, minimum=1))
