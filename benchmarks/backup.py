"""Backup, restore and recovery: `python -m benchmarks.backup [--points 1000000] [--quick]`.

The server runs and takes points while it is backed up. Compared is every row of every table, by an
ordered hash of each that PostgreSQL computes (`ahnb_platform.backups.digests`).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2

from ahnb_platform.database import embedded
from ahnb_platform.database.cluster import DATABASE, ROLE, SUPERUSER
from ahnb_platform.database.places import Places

from . import workloads
from .load import Connection
from .report import Row, machine, table, yes
from .servers import ahnb
from .servers.process import ROOT

POINTS_A_BATCH = 10_000  # ten metrics x 1,000
MOST_RESTORE_SECONDS = 60


def fill(server: ahnb.Server, points: int) -> None:
    """Store the points in runs of 100,000, as a client does."""
    connection = Connection(server.port)
    for number in range(max(1, points // 100_000)):
        requests = workloads.ours(server, server.create_run(), number, 1000)()
        for _ in range(min(points, 100_000) // POINTS_A_BATCH):
            status, body = connection.ask(next(requests))
            if status != 200:
                raise SystemExit(f"refused: {status} {body[:200]!r}")


@contextmanager
def going_on(server: ahnb.Server) -> Iterator[None]:
    """Small batches all the while, since a backup must not need silence."""
    over, refused = threading.Event(), []
    requests = workloads.ours(server, server.create_run(), 99, 10)()

    def write() -> None:
        connection = Connection(server.port)
        while not over.wait(0.02):
            status, _ = connection.ask(next(requests))
            refused.extend([status] if status != 200 else [])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()
        if refused:
            raise SystemExit(f"The server refused batches meanwhile: {refused[:3]}")


def manage(data: Path, *words: str, **environment: str) -> float:
    """Seconds that a command took."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "AHNB_DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{words[0]} failed: {done.stderr}")
    print(f"  {done.stdout.strip()}", flush=True)
    return time.monotonic() - begun


@contextmanager
def connected(data: Path, user: str = ROLE) -> Iterator[Any]:
    """A cursor on the database of a data directory, which runs meanwhile."""
    places = Places(data)
    embedded.ensure_running(places)
    try:
        parts = {"host": str(places.sockets), "user": user, "dbname": DATABASE}
        with closing(psycopg2.connect(**parts)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
    finally:
        embedded.release(places, seconds=30)


def digests(data: Path) -> dict[str, tuple[int, str]]:
    """Rows and hash of each table."""
    from ahnb_platform.backups.digests import DIGEST, TABLES

    with connected(data) as cursor:
        cursor.execute(TABLES)
        found = {}
        for (name,) in cursor.fetchall():
            cursor.execute(DIGEST.format(table=f'"{name}"'))
            found[name] = cursor.fetchone()
    return found


def stored_points(data: Path) -> int:
    with connected(data) as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0) FROM runs_metricsummary")
        return int(cursor.fetchone()[0])


def rehearse(scratch: Path, points: int) -> list[Row]:
    data, archive = scratch / "data", scratch / "archive"
    os.environ["AHNB_WAL_ARCHIVE"] = str(archive)
    with ahnb.serving(data) as server:
        fill(server, points)
        base_seconds = manage(data, "basebackup", str(scratch / "base"))
        with going_on(server):
            backup_seconds = manage(data, "backup", str(scratch / "busy"), "--digests")
        fill(server, 100_000)
    # Nothing runs now, so that what is compared stands still.
    manage(data, "backup", str(scratch / "backup"))
    before = digests(data)
    with connected(data) as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment = cursor.fetchone()[0].astimezone(UTC)
    destroy(data)
    restore_seconds = manage(scratch / "new", "restore", str(scratch / "backup"))
    busy_seconds = manage(scratch / "busy-new", "restore", str(scratch / "busy"))
    words = ("recover", str(scratch / "base"), "--to", moment.isoformat())
    recover_seconds = manage(scratch / "then", *words)
    rows = sum(count for count, _ in before.values())
    return [
        Row("backup while points come in", f"{backup_seconds:.1f} s"),
        Row(
            f"restored: {len(before)} tables, {rows:,} rows",
            equal(digests(scratch / "new"), before),
            goal="equal row by row",
            reached=yes(digests(scratch / "new") == before),
        ),
        Row(
            "restore",
            f"{restore_seconds:.1f} s",
            goal=f"under {MOST_RESTORE_SECONDS} s",
            reached=yes(restore_seconds < MOST_RESTORE_SECONDS),
        ),
        Row("… of the backup made under load, its own digests compared", f"{busy_seconds:.1f} s"),
        Row(
            "recovered to a moment before all runs were deleted",
            equal(digests(scratch / "then"), before),
            goal="equal row by row",
            reached=yes(digests(scratch / "then") == before),
        ),
        Row("base backup; recovery", f"{base_seconds:.1f} s; {recover_seconds:.1f} s"),
    ]


def destroy(data: Path) -> None:
    """What somebody regrets afterwards; its log is archived as PostgreSQL stops."""
    time.sleep(0.1)
    with connected(data, SUPERUSER) as cursor:
        cursor.execute("TRUNCATE runs_metrictail, runs_metricchunk, runs_metricstate, runs_run")


def equal(found: dict[str, tuple[int, str]], wanted: dict[str, tuple[int, str]]) -> str:
    odd = sorted(name for name in wanted if found.get(name) != wanted[name])
    return f"differs: {', '.join(odd)}" if odd or found.keys() != wanted.keys() else "equal"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="100,000 points")
    options = parser.parse_args()
    points = 100_000 if options.quick else options.points
    with tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder:
        rows = rehearse(Path(folder), points)
    print(f"\n{machine()}\n{points:,} points and more, {datetime.now(UTC):%Y-%m-%d}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
