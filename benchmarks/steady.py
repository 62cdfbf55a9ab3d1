"""A steady load: so many batches a second from several writers, and what became of each."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 60.0


@dataclass
class Steady:
    """Batches of one point, at `rate` a second in all, each sent until it is acknowledged.

    Attributes:
        runs: the ids of the runs, one writer each.
        statuses: how often each status was answered; 0 where the connection broke.
        acked: of each run the numbers that were acknowledged.
        longest: the longest time in seconds from the first sending to the acknowledgement.
    """

    port: int
    token: str
    runs: list[str]
    rate: float = 100.0
    statuses: Counter[int] = field(default_factory=Counter)
    acked: dict[str, list[int]] = field(default_factory=dict)
    longest: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def failed(self) -> int:
        """Answers of 500 and more, and connections that broke."""
        return sum(count for status, count in self.statuses.items() if status == 0 or status >= 500)

    @property
    def total(self) -> int:
        return sum(self.statuses.values())

    @contextmanager
    def going_on(self) -> Iterator[None]:
        with ThreadPoolExecutor(len(self.runs)) as pool:
            senders = [pool.submit(self._send, run, place) for place, run in enumerate(self.runs)]
            try:
                yield
            finally:
                self._over.set()
            for sender in senders:
                sender.result(timeout=PATIENCE_SECONDS)

    def _send(self, run: str, place: int) -> None:
        pause = len(self.runs) / self.rate
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        due = time.monotonic() + pause * place / len(self.runs)
        self.acked[run] = []
        seq = 0
        while not self._over.is_set():
            seq += 1
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due + pause, time.monotonic() - 1)
            self._deliver(client, run, seq)
        client.close()

    def _deliver(self, client: http.client.HTTPConnection, run: str, seq: int) -> None:
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_SECONDS:
            status = self._post(client, run, seq)
            self.statuses[status] += 1
            if status == 200:
                self.acked[run].append(seq)
                self.longest = max(self.longest, time.monotonic() - begun)
                return
            time.sleep(0.05)
        raise AssertionError(f"batch {seq} of {run} was not stored: {self.statuses}")

    def _post(self, client: http.client.HTTPConnection, run: str, seq: int) -> int:
        path = f"/api/v1/runs/{run}/batches/"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            client.request("POST", path, document(run, seq), headers)
            answer = client.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            client.close()
            return 0


def document(run: str, seq: int) -> bytes:
    """One point of one metric; its value is its number."""
    axis: dict[str, Any] = {"start": seq, "stride": 1, "count": 1, "t0": 1.7e9, "dt_ms": [0]}
    metrics = {"steady": {"axis": 0, "v": [float(seq)]}}
    writer = str(uuid.uuid5(uuid.NAMESPACE_URL, run))
    return json.dumps({"writer": writer, "seq": seq, "axes": [axis], "metrics": metrics}).encode()
