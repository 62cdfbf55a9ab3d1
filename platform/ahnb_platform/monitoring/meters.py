"""What each process of the server counts; imported only where AHNB_METRICS_TOKEN is set.

Each process writes files of its own in the data directory (Prometheus' multiprocess mode), and
whichever is asked adds them up: `https://prometheus.github.io/client_python/multiprocess/`.
"""

import os
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from django.conf import settings

FOLDER = Path(settings.DATA_DIR) / "metrics"
FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
# It is read when the library is imported, and says that there are several processes.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

OWN = CollectorRegistry()
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
WRITTEN_EVERY_SECONDS = 1.0
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

REQUESTS = Counter(
    "ahnb_requests",
    "Answers, by route, method and status.",
    ["route", "method", "status"],
    registry=OWN,
)
SECONDS = Histogram(
    "ahnb_request_seconds",
    "Time that answers took, by route.",
    ["route"],
    buckets=BUCKETS,
    registry=OWN,
)
BATCHES = Counter(
    "ahnb_batches", "Batches that were stored, or were there already.", ["result"], registry=OWN
)
POINTS = Counter("ahnb_points", "Points of metrics in batches that were stored.", registry=OWN)
BYTES = Counter("ahnb_batch_bytes", "Bytes of batches as they were sent.", registry=OWN)
_STORED, _DUPLICATE = BATCHES.labels("stored"), BATCHES.labels("duplicate")


@lru_cache(maxsize=2000)
def _request(route: str, method: str, status: int) -> Any:
    return REQUESTS.labels(route, method if method in METHODS else "other", str(status))


@lru_cache(maxsize=500)
def _seconds(route: str) -> Any:
    return SECONDS.labels(route)


class Pending:
    """Counts of this process that are not in its file yet: writing each would cost thrice as much.

    They follow within a second, by a thread that the first count starts; one that is killed with
    its process loses what it had.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nothing is pending, and no thread runs: at the start, and in a process made by fork."""
        self.lock, self.counts, self.has_thread = Lock(), dict[Any, float](), False

    def add(self, counts: dict[Any, float]) -> None:
        """Count several at once."""
        with self.lock:
            for counter, more in counts.items():
                self.counts[counter] = self.counts.get(counter, 0) + more
            if not self.has_thread:
                self.has_thread = True
                Thread(target=self.keep_writing, name="write-counts", daemon=True).start()

    def write(self) -> None:
        with self.lock:
            counts, self.counts = self.counts, {}
        for counter, more in counts.items():
            counter.inc(more)

    def keep_writing(self) -> None:
        while True:
            time.sleep(WRITTEN_EVERY_SECONDS)
            self.write()


PENDING = Pending()
os.register_at_fork(after_in_child=PENDING.begin)


def count_answer(route: str, method: str, status: int, seconds: float) -> None:
    """One answer."""
    PENDING.add({_request(route, method, status): 1})
    _seconds(route).observe(seconds)


def count_batch(points: int, size: int, *, is_duplicate: bool) -> None:
    """One batch that was acknowledged."""
    if is_duplicate:
        PENDING.add({_DUPLICATE: 1, BYTES: size})
    else:
        PENDING.add({_STORED: 1, BYTES: size, POINTS: points})


def written() -> bytes:
    """What all processes counted, in the text format of Prometheus."""
    PENDING.write()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(FOLDER))
    return bytes(generate_latest(registry))


def forget_earlier() -> None:
    """Begin at nothing: delete what processes of an earlier server left."""
    for path in FOLDER.glob("*.db"):
        if not path.stem.endswith(f"_{os.getpid()}"):
            with suppress(FileNotFoundError):
                path.unlink()
