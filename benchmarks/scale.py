"""Several processes behind a proxy: `python -m benchmarks.scale [--rounds 5] [--quick]`.

Four processes of the server behind nginx, each reaching PostgreSQL through pgbouncer in
transaction mode, against one process behind the same nginx without pgbouncer, and against one that
is reached directly. All on one machine and one database, in turns. After each load every batch is
looked up in the database: each that was answered is there, once, and no other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ahnb_platform.database import embedded
from ahnb_platform.database.cluster import DATABASE, ROLE
from ahnb_platform.database.places import Places

from . import workloads
from .load import Outcome, drive
from .report import Row, big, machine, median_ratio, table, yes
from .servers import ahnb, database, nginx, pgbouncer
from .servers.process import free_port, running

LEAST = 0.9
CLIENTS = 16
# (name, points of each of the ten metrics in a batch)
LOADS = [("10 metrics x 100 points a batch", 100), ("10 points a batch", 1)]


@dataclass
class SetUp:
    """A way to run the server, and what it reached."""

    name: str
    port: int
    rates: dict[int, list[float]] = field(default_factory=dict)

    def median(self, points: int) -> float:
        return statistics.median(self.rates[points])

    def ratio(self, other: SetUp, points: int) -> float:
        return median_ratio(self.rates[points], other.rates[points])


def shared_environment(scratch: Path, sockets: Path) -> dict[str, str]:
    """What all processes of an installation have in common."""
    key = scratch / "key"
    if not key.exists():
        key.write_text("k-" + os.urandom(40).hex())
        key.chmod(0o600)
    return {
        "DATABASE_URL": f"postgresql://{ROLE}@/{DATABASE}?host={sockets}",
        "AHNB_SECRET_KEY_FILE": str(key),
        "AHNB_FILES_DIR": str(scratch / "files"),
        "AHNB_STATIC_ROOT": str(scratch / "static"),
        "AHNB_LOG_LEVEL": "WARNING",
        "AHNB_START_WORKER": "0",
    }


def command(port: int) -> list[str]:
    """What starts a process on this port."""
    return [sys.executable, "manage.py", "serve", f"--port={port}"]


@contextmanager
def processes(count: int, scratch: Path, sockets: Path, **settings: str) -> Iterator[list[int]]:
    """The ports of so many processes on the database, each with a data directory of its own."""
    environment = {**shared_environment(scratch, sockets), **settings}
    with ExitStack() as stack:
        ports = []
        for number in range(count):
            port = free_port()
            data = scratch / f"{count}-{number}"
            given = {**environment, "AHNB_DATA_DIR": str(data)}
            stack.enter_context(running(command(port), port, data.with_suffix(".log"), given))
            await_ready(port)
            ports.append(port)
        yield ports


def await_ready(port: int) -> None:
    from ahnb_platform.serving import answers

    while not answers("127.0.0.1", port):
        pass


def measure(set_up: SetUp, server: ahnb.Server, points: int, seconds: float) -> Outcome:
    """One load, and the count of what it left in the database."""
    runs = [server.create_run() for _ in range(CLIENTS)]
    loads = [workloads.ours(server, run_id, seed, points) for seed, run_id in enumerate(runs)]
    outcome = drive(set_up.port, loads, seconds=seconds)
    if outcome.refused:
        raise SystemExit(f"{set_up.name} refused {len(outcome.refused)}: {outcome.refused[0]}")
    check(server, runs, points)
    set_up.rates.setdefault(points, []).append(outcome.rate)
    return outcome


def check(server: ahnb.Server, runs: list[str], points: int) -> None:
    """Each run has the batches 1 to the last that was answered, once, and all of their points.

    A batch is sent when the one before was answered, so that the last number acknowledged tells
    how many points there must be.
    """
    from .load import Connection

    connection = Connection(server.port)
    for seed, run_id in enumerate(runs):
        requests = workloads.ours(server, run_id, seed, points)()
        status, body = connection.ask(next(requests))
        acked = int(body.partition(b'"acked":')[2].split(b",")[0])
        found = server.call("GET", f"runs/{run_id}/")["metrics"]
        counts = {summary["count"] for summary in found.values()}
        if status != 200 or b'"duplicate":true' not in body or counts != {acked * points}:
            raise SystemExit(f"run {run_id}: {acked} batches of {points}, but counts {counts}")


def compare(scratch: Path, seconds: float, rounds: int) -> list[SetUp]:
    with database.cluster(scratch / "postgresql") as sockets, ExitStack() as stack:
        places = Places(scratch / "postgresql")
        embedded.ensure_running(places)
        pooler = stack.enter_context(pgbouncer.pooling(sockets, scratch))
        one = stack.enter_context(processes(1, scratch, sockets))
        four = stack.enter_context(
            processes(4, scratch, sockets, AHNB_POOL_URL=pooler.url, AHNB_WORKERS="1")
        )
        single = stack.enter_context(nginx.proxying(one, scratch / "nginx-1"))
        several = stack.enter_context(nginx.proxying(four, scratch / "nginx-4"))
        set_ups = [
            SetUp("4 processes, pgbouncer, nginx", several),
            SetUp("1 process (2 workers), nginx", single),
            SetUp("1 process (2 workers), directly", one[0]),
        ]
        server = prepared(scratch, sockets, one[0])
        for _ in range(rounds):
            for _, points in LOADS:
                for set_up in set_ups:
                    measure(set_up, server, points, seconds)
    return set_ups


def prepared(scratch: Path, sockets: Path, port: int) -> ahnb.Server:
    """A person, a project and a token."""
    os.environ.update(shared_environment(scratch, sockets))
    data = scratch / "1-0"
    ahnb.manage(data, "adduser", ahnb.EMAIL, "--team", "bench", "--role", "owner")
    ahnb.manage(data, "addproject", ahnb.PROJECT)
    token = ahnb.manage(data, "addtoken", ahnb.EMAIL, "--name", "bench")
    return ahnb.Server(port, token, None, data)  # type: ignore[arg-type]


def rows_of(set_ups: list[SetUp]) -> list[Row]:
    several, *ones = set_ups
    rows = []
    for name, points in LOADS:
        mine = several.median(points)
        rows.append(Row(f"{name}: {several.name}, batches/s", big(mine)))
        for one in ones:
            ratio = several.ratio(one, points)
            goal, reached = ("0.9 x", yes(ratio >= LEAST)) if one is ones[0] else ("–", "–")
            rows.append(
                Row(
                    f"… against {one.name}",
                    big(mine),
                    ratio=f"{ratio:.2f} x",
                    limit=big(one.median(points)),
                    goal=goal,
                    reached=reached,
                )
            )
    return [*rows, Row("lost or doubled points", "0", goal="0", reached="yes")]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round of short loads")
    options = parser.parse_args()
    seconds, rounds = (3.0, 1) if options.quick else (4.0, options.rounds)
    with tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder:
        set_ups = compare(Path(folder), seconds, rounds)
    print(f"\n{machine()}\n{rounds} rounds of {seconds:.0f} s in turns")
    print("Medians of the rates, and of the ratios within each round\n")
    print(table(rows_of(set_ups)))


if __name__ == "__main__":
    main()
