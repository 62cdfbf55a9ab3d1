"""One run that sends far more than the others does not slow them down.

A worker's processor time is what its callers share. Each run (under its token) is held against
the mean of the others: while the worker is busy, whoever takes several times as much gets a tenth
of it and is told 429 for what is beyond it, with a time after which to come again.
Runs that all send much are equals, and a run that is alone has everything.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# Of a worker's time: what a noisy caller keeps, and how much must be taken in all for one to be.
SHARE = 0.1
BUSY = 0.5
BURST_SECONDS = 0.02
TIMES_THE_MEAN = 4.0
LOOK_SECONDS = 0.25
# What was used so long ago counts a third.
MEMORY_SECONDS = 2.0
QUIET_SECONDS = 5.0
RETRY_AFTER = "1"
TOO_MUCH = json.dumps(
    {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "This run sends far more than the others on the server: come again in a second.",
        "code": "noisy",
        "request_id": None,
        "errors": [],
    }
).encode()
RUNS = "/api/v1/runs/"
RUN = len(RUNS) + 36

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Key = tuple[str, str]


@dataclass
class Caller:
    """What one run used, in seconds of a processor: lately, and of what it may as a noisy one."""

    seen_at: float
    used: float = 0.0
    left: float = BURST_SECONDS

    def spend(self, now: float, seconds: float) -> None:
        """Count some time; what was before fades."""
        passed, self.seen_at = now - self.seen_at, now
        self.used = self.used * math.exp(-passed / MEMORY_SECONDS) + seconds
        self.left = min(BURST_SECONDS, self.left + passed * SHARE) - seconds

    def rate(self, now: float) -> float:
        """Which part of a processor it takes."""
        return self.used * math.exp((self.seen_at - now) / MEMORY_SECONDS) / MEMORY_SECONDS


class Shares:
    """Who uses how much of this process, and who is too noisy for the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.callers: dict[Key, Caller] = {}
        self.noisy: set[Key] = set()
        self.looked_at = 0.0
        self.guard = threading.Lock()

    def admits(self, key: Key) -> bool:
        """Whether a request may go on."""
        now = self.clock()
        with self.guard:
            if now - self.looked_at >= LOOK_SECONDS:
                self._look(now)
            if key not in self.noisy:
                return True
            caller = self.callers[key]
            caller.spend(now, 0.0)
            return caller.left > 0

    def spent(self, key: Key, seconds: float) -> None:
        """A request is done, which took a processor for so long."""
        now = self.clock()
        with self.guard:
            self.callers.setdefault(key, Caller(now)).spend(now, seconds)

    def _look(self, now: float) -> None:
        """Find who is noisy; forget who sent nothing for a while."""
        self.looked_at = now
        self.callers = {
            key: caller
            for key, caller in self.callers.items()
            if now - caller.seen_at < QUIET_SECONDS
        }
        rates = {key: caller.rate(now) for key, caller in self.callers.items()}
        total, others = sum(rates.values()), len(rates) - 1
        self.noisy = {
            key
            for key, rate in rates.items()
            if others
            and rate > SHARE / 2
            and rate > self._most(key, total, (total - rate) / others)
        }

    def _most(self, key: Key, total: float, mean: float) -> float:
        """From which rate on a caller is noisy; who is held back takes less than it would."""
        if key in self.noisy:
            return mean
        return TIMES_THE_MEAN * mean if total > BUSY else math.inf


class FairShares:
    """A WSGI application behind which no run takes the time of the others."""

    def __init__(self, application: Application, shares: Shares | None = None) -> None:
        self.application = application
        self.shares = shares or Shares()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = caller_of(environ)
        if key is None:
            return self.application(environ, start_response)
        if not self.shares.admits(key):
            return too_much(environ, start_response)
        began = time.thread_time()
        try:
            return self.application(environ, start_response)
        finally:
            self.shares.spent(key, time.thread_time() - began)


def caller_of(environ: Environ) -> Key | None:
    """The run that something is sent for, with the token: nobody can spend another's share."""
    path: str = environ["PATH_INFO"]
    token: str = environ.get("HTTP_AUTHORIZATION", "")
    is_sending = environ["REQUEST_METHOD"] in ("POST", "PUT") and path.startswith(RUNS)
    return (token, path[:RUN]) if token and is_sending else None


def too_much(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
    """429; its body is read where it is short, so that the connection lives on."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length) <= 1 << 20:
        environ["wsgi.input"].read(int(length))
        beside = []
    else:
        beside = [("Connection", "close")]
    start_response(
        "429 Too Many Requests",
        [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(TOO_MUCH))),
            ("Retry-After", RETRY_AFTER),
            *beside,
        ],
    )
    return [TOO_MUCH]
