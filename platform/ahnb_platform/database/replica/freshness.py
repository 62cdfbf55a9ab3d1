"""How far the replica is behind, known without clocks of two machines.

Now and then the primary says how far its log has come. The replica is as fresh as the newest of
these positions that it has replayed; when that was written down is known by our own clock.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from django.db import DatabaseError, connections

ASKED_EVERY = 0.5  # seconds
AWAY = 5.0  # seconds without asking one that did not answer
KEPT = 256


def position(text: str) -> int:
    """A place in the log, ``16/B374D848``, as a number of bytes.

    Raises:
        ValueError: it is none.
    """
    high, _, low = text.partition("/")
    return int(high, 16) << 32 | int(low, 16)


def written(place: int) -> str:
    """A place in the log as PostgreSQL writes it."""
    return f"{place >> 32:X}/{place & 0xFFFFFFFF:X}"


@dataclass
class Freshness:
    """What this process knows of the replica; one for all its threads.

    Attributes:
        bound: seconds that it may be behind.
    """

    bound: float
    _written: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _replayed: int = -1
    _asked_at: float = float("-inf")
    _wait: float = ASKED_EVERY
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def holds(self, written: int) -> bool:
        """Whether the replica is within the bound, and has all up to this place."""
        now = time.monotonic()
        self._ask(now)
        return self._replayed >= written and self.behind(now) <= self.bound

    def behind(self, now: float) -> float:
        """Seconds; infinite while nothing is known."""
        known = [at for at, place in self._written if place <= self._replayed]
        return now - known[-1] if known else float("inf")

    def _ask(self, now: float) -> None:
        """Look again, one thread at a time; the others go by what is known."""
        if now - self._asked_at < self._wait or not self._lock.acquire(blocking=False):
            return
        try:
            self._asked_at = now
            self._written.append((now, primary_position()))
            self._replayed = _replica_position()
            self._wait = ASKED_EVERY
        except DatabaseError:
            self._replayed, self._wait = -1, AWAY
        finally:
            self._lock.release()


def primary_position() -> int:
    """Up to where the primary has written its log."""
    return _position("default", "SELECT pg_current_wal_lsn()::text")


def _replica_position() -> int:
    return _position("replica", "SELECT pg_last_wal_replay_lsn()::text")


def _position(alias: str, statement: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()[0]
    if found is None:
        raise DatabaseError("AHNB_REPLICA_URL names no replica")
    return position(found)
