"""What counting for Prometheus costs the ingest: a part of `python -m benchmarks.ingest --metrics`.

Two servers, one of which counts (AHNB_METRICS_TOKEN) and is scraped at the end of each turn, take
the same loads in turns. Rates depend on what else the machine does; the processor time that the
server's own processes take for a batch hardly does.
"""

from __future__ import annotations

import secrets
import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import requests

from . import workloads
from .load import drive
from .report import Row, big, median_ratio
from .servers import ahnb
from .servers.process import own_seconds

CLIENTS, TURNS = 8, 5
# (name, points of each of the ten metrics in a batch)
LOADS = [("10 x 100 points a batch", 100), ("10 points a batch", 1)]


@dataclass
class Measured:
    """A server, and for each load what its turns came to."""

    server: ahnb.Server
    token: str = ""
    rates: dict[int, list[float]] = field(default_factory=dict)
    seconds: dict[int, list[float]] = field(default_factory=dict)

    def take(self, points: int, seconds: float) -> None:
        """One load: batches a second, and processor time a batch."""
        runs = [self.server.create_run() for _ in range(CLIENTS)]
        loads = [workloads.ours(self.server, one, seed, points) for seed, one in enumerate(runs)]
        before = own_seconds(self.server.process)
        outcome = drive(self.server.port, loads, seconds=seconds, warm_up=0.0)
        if outcome.refused:
            raise SystemExit(f"refused {len(outcome.refused)}: {outcome.refused[0]}")
        if self.token:
            self.scrape()
        spent = own_seconds(self.server.process) - before
        self.rates.setdefault(points, []).append(outcome.rate)
        self.seconds.setdefault(points, []).append(spent / len(outcome.latencies))

    def scrape(self) -> None:
        address = f"http://127.0.0.1:{self.server.port}/metrics"
        headers = {"Authorization": f"Bearer {self.token}"}
        requests.get(address, headers=headers, timeout=60).raise_for_status()


def rows(scratch: Path, seconds: float) -> list[Row]:
    """With against without, for each load."""
    with ExitStack() as stack:
        token = secrets.token_hex(16)
        plain = Measured(stack.enter_context(ahnb.serving(scratch / "plain")))
        serving = ahnb.serving(scratch / "counting", AHNB_METRICS_TOKEN=token)
        counting = Measured(stack.enter_context(serving), token)
        for turn in range(TURNS):
            for _, points in LOADS:
                pair = (plain, counting) if turn % 2 else (counting, plain)
                for one in pair:
                    one.take(points, seconds)
    return [row for name, points in LOADS for row in _rows(name, points, plain, counting)]


def _rows(name: str, points: int, plain: Measured, counting: Measured) -> list[Row]:
    share = median_ratio(counting.rates[points], plain.rates[points])
    with_it, without = (statistics.median(one.seconds[points]) * 1000 for one in (counting, plain))
    return [
        Row(
            f"{CLIENTS} clients, {name}, counted for Prometheus: batches/s",
            big(statistics.median(counting.rates[points])),
            ratio=f"{share:.2f} x",
            limit=f"{big(statistics.median(plain.rates[points]))} without",
        ),
        Row(
            "… the server's processor time a batch",
            f"{with_it:.2f} ms",
            ratio=f"{with_it / without:.2f} x",
            limit=f"{without:.2f} ms without",
        ),
    ]
