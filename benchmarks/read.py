"""Series for charts, disk and rows: `python -m benchmarks.read [--quick]`.

Ten metrics of 100,000 points each, asked for as a chart of 1,500 points; a series of 10 million
points (one with `--quick`), whole and zoomed; bytes a point; rows of a run that sends one batch an
epoch. MLflow's figure is its bulk-interval call for the same ten metrics.

Disk is every table of the metric store with its indexes and what is kept out of line, dead rows
included: as folding leaves it, and after the plain `VACUUM` that autovacuum would run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from . import workloads
from .load import Connection, asker, get
from .report import Row, machine, table, yes
from .servers import ahnb, database, mlflow

POINTS = 100_000
BATCH = 1000
CHART = 1500
LONG_BATCH = 50_000
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'runs_metric%'"


def median_ms(ask: Callable[[], object], times: int) -> float:
    """Median milliseconds of `ask`, after one call that warms up."""
    ask()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def send(port: int, requests: Iterator[bytes], count: int) -> None:
    """Send `count` requests; any refusal ends the benchmark."""
    connection = Connection(port)
    for _ in range(count):
        status, body = connection.ask(next(requests))
        if status != 200:
            raise SystemExit(f"{status} {body[:300]!r}")
    connection.close()


def series(
    server: ahnb.Server, run_id: str, names: list[str], **window: int
) -> Callable[[], bytes]:
    """A function that asks for a chart and gives the answer's body."""
    query = urlencode({"metric": names, "points": CHART, **window}, doseq=True)
    return asker(server.port, get(f"/api/v1/runs/{run_id}/series/?{query}", server.headers))


def mlflow_charts(sockets: Path, scratch: Path, points: int) -> float:
    """Milliseconds of MLflow's bulk-interval for ten metrics of `points` points."""
    with mlflow.serving(sockets, scratch, workers=2) as server:
        run_id = server.create_run()
        fill_mlflow(sockets, run_id, points)
        charts = [
            asker(
                server.port,
                get(
                    f"{mlflow.API}/metrics/get-history-bulk-interval?"
                    + urlencode({"run_ids": run_id, "metric_key": name, "max_results": CHART})
                ),
            )
            for name in workloads.METRICS
        ]
        return median_ms(lambda: [ask() for ask in charts], 5)


def fill_mlflow(sockets: Path, run_id: str, points: int) -> None:
    """Its rows, written as its own API writes them, but at once: a million would take minutes."""
    connected = closing(database.connect(sockets, "mlflow"))
    with connected as connection, connection.cursor() as cursor:
        for name in workloads.METRICS:
            cursor.execute(
                "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)"
                " SELECT %s, random(), 1763870000000 + i, %s, i, false"
                " FROM generate_series(0, %s) AS i",
                (name, run_id, points - 1),
            )
        cursor.execute("ANALYZE metrics")


def mlflow_bytes(sockets: Path, points: int) -> float:
    """Bytes a point of MLflow's metrics table, indexes counted."""
    connected = closing(database.connect(sockets, "mlflow"))
    with connected as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('metrics'), count(*) FROM metrics")
        size, rows = cursor.fetchone()
    return float(size) / max(rows, points)


@dataclass(frozen=True)
class Held:
    """What the store's tables hold: bytes as they are and after a plain VACUUM, and rows."""

    bytes: int
    vacuumed: int
    rows: int


def held(data: Path) -> Held:
    sockets = database.Places(data).sockets
    with closing(database.connect(sockets)) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
        before = sum(size_of(cursor, name) for name in names)
        for name in names:
            cursor.execute(f'VACUUM "{name}"')
        after = sum(size_of(cursor, name) for name in names)
        return Held(before, after, sum(rows_of(cursor, name) for name in names))


def size_of(cursor: Any, name: str) -> int:
    cursor.execute("SELECT pg_total_relation_size(%s)", (name,))
    return int(cursor.fetchone()[0])


def rows_of(cursor: Any, name: str) -> int:
    cursor.execute(f'SELECT count(*) FROM "{name}"')
    return int(cursor.fetchone()[0])


def chart_rows(server: ahnb.Server, run_id: str, peer_ms: float) -> list[Row]:
    mine = median_ms(series(server, run_id, workloads.METRICS), 30)
    return [
        Row(
            "series, 10 metrics x 100,000 points, points=1500",
            f"{mine:.1f} ms",
            f"{peer_ms:.0f} ms",
            f"{peer_ms / mine:.0f} x",
            goal="25 x, under 60 ms",
            reached=yes(mine < 60 and peer_ms >= 25 * mine),
        )
    ]


def long_rows(server: ahnb.Server, small_run: str, long_run: str, points: int) -> list[Row]:
    """A chart of one long series beside the same chart of 100,000 points."""
    name = workloads.METRICS[0]
    small = median_ms(series(server, small_run, [name]), 50)
    windows: dict[str, dict[str, int]] = {
        "whole": {},
        "a tenth in the middle": {"from": points // 2, "to": points // 2 + points // 10},
        "a thousandth": {"from": points // 3, "to": points // 3 + points // 1000},
        "2,000 points deep inside": {"from": points // 7, "to": points // 7 + 1999},
        "the first 3,000 points": {"to": 2999},
        "the last 3,000 points": {"from": points - 3000},
    }
    rows = []
    for words, window in windows.items():
        mine = median_ms(series(server, long_run, [name], **window), 50)
        rows.append(
            Row(
                f"one series of {points:,} points, {words}",
                f"{mine:.1f} ms",
                limit=f"{small:.1f} ms (100,000 points)",
                goal="2 x",
                ratio=f"{mine / small:.2f} x",
                reached=yes(mine <= 2 * small),
            )
        )
    return rows


def disk_row(size: Held, points: int, peer_bytes: float) -> Row:
    each = size.vacuumed / points
    return Row(
        "bytes a point, random float64, all tables and indexes, after VACUUM (before it)",
        f"{each:.2f} ({size.bytes / points:.2f})",
        f"{peer_bytes:.0f}",
        f"{peer_bytes / each:.0f} x",
        goal="10",
        reached=yes(each <= 10),
    )


def epoch_row(server: ahnb.Server) -> Row:
    """Rows that a run of 1,000 epochs leaves, one batch of ten metrics each."""
    search(server)
    before = held(server.data).rows
    run_id = server.create_run()
    send(server.port, workloads.ours(server, run_id, 77, 1)(), 1000)
    finish(server, run_id, 1001, 77)
    search(server)
    rows = held(server.data).rows - before
    return Row(
        "rows of a run of 1,000 epochs x 10 metrics, one batch an epoch",
        str(rows),
        "10,000",
        goal="40",
        reached=yes(rows <= 40),
    )


def search(server: ahnb.Server) -> None:
    """Ask for the runs by a metric, which brings the rows for searches up to date."""
    path = f"projects/{ahnb.PROJECT}/runs/"
    server.call("GET", path, params={"q": f"metrics.{workloads.METRICS[0]} > 0"})


def finish(server: ahnb.Server, run_id: str, seq: int, seed: int) -> None:
    """The status event with which a client ends its run."""
    status = {"kind": "status", "data": {"status": "finished"}}
    body = {"writer": workloads.writer(seed), "seq": seq, "axes": [], "metrics": {}}
    server.call("POST", f"runs/{run_id}/batches/", json={**body, "events": [status]})


def figures(scratch: Path, long_points: int) -> Iterator[Row]:
    with database.cluster(scratch / "postgresql") as sockets:
        peer_ms = mlflow_charts(sockets, scratch, POINTS)
        peer_bytes = mlflow_bytes(sockets, POINTS)
    with ahnb.serving(scratch / "data") as server:
        run_id = server.create_run()
        send(server.port, workloads.ours(server, run_id, 1, BATCH)(), POINTS // BATCH)
        finish(server, run_id, POINTS // BATCH + 1, 1)
        size = held(server.data)
        yield from chart_rows(server, run_id, peer_ms)
        yield disk_row(size, POINTS * len(workloads.METRICS), peer_bytes)
        yield epoch_row(server)
        long_run = server.create_run()
        loads = workloads.one_metric(server, long_run, 5, LONG_BATCH)()
        send(server.port, loads, long_points // LONG_BATCH)
        yield from long_rows(server, run_id, long_run, long_points)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1 million instead of 10")
    long_points = 1_000_000 if parser.parse_args().quick else 10_000_000
    with tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder:
        rows = list(figures(Path(folder), long_points))
    print(f"\n{machine()}\nMLflow {mlflow.version()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
