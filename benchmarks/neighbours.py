"""A noisy neighbour: `python -m benchmarks.neighbours [--quick]`.

Eight runs send a batch of 10 x 10 points five times a second each, alone; beside one run that
sends fifty times as many batches; and beside one that sends as fast as it can over 16
connections. The noisy one waits when it is told to, as our client does.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import workloads
from .load import Connection, Requests
from .report import Row, machine, table, yes
from .servers import ahnb

QUIET, PAUSE, POINTS = 8, 0.2, 10
TIMES, CONNECTIONS = 50, 16


def quiet_p95(server: ahnb.Server, seconds: float) -> float:
    """The 95th percentile of the quiet runs' requests, in milliseconds."""
    runs = [server.create_run() for _ in range(QUIET)]
    loads = [workloads.ours(server, run_id, seed, POINTS) for seed, run_id in enumerate(runs)]
    found = in_process(_quiet, server.port, loads, seconds)
    return sorted(found)[int(len(found) * 0.95)] * 1000


def in_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work` puts into its pipe, from a process of its own."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(sender, *arguments))
    process.start()
    found = receiver.recv()
    process.join()
    return found


def _quiet(sender: Any, port: int, loads: list[Callable[[], Requests]], seconds: float) -> None:
    found: list[float] = []

    def send(number: int, load: Callable[[], Requests]) -> None:
        connection, due = Connection(port), time.perf_counter() + number * PAUSE / QUIET
        end = due + seconds
        for request in load():
            time.sleep(max(0.0, due - time.perf_counter()))
            if time.perf_counter() >= end:
                break
            began = time.perf_counter()
            status, body = connection.ask(request)
            if status != 200:
                raise SystemExit(f"a quiet run was refused: {status} {body[:200]!r}")
            if due - end + seconds > 1.0:  # the first second warms up
                found.append(time.perf_counter() - began)
            due += PAUSE

    run_all([lambda n=n, load=load: send(n, load) for n, load in enumerate(loads)])
    sender.send(found)


def run_all(works: list[Callable[[], None]]) -> None:
    """Each in a thread, until all are done."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _noise(sender: Any, port: int, loads: list[Callable[[], Requests]], pause: float) -> None:
    """Send until killed, a batch each `pause` seconds over each connection."""

    def send(load: Callable[[], Requests]) -> None:
        connection, due = Connection(port), time.perf_counter()
        for request in load():
            time.sleep(max(0.0, due - time.perf_counter()))
            status, _ = connection.ask(request)
            while status == 429:
                time.sleep(1.0)
                status, _ = connection.ask(request)
            due = max(due + pause, time.perf_counter() - 1.0)

    sender.send("ready")
    run_all([lambda load=load: send(load) for load in loads])


def beside_noise(server: ahnb.Server, pause: float, seconds: float) -> tuple[float, float]:
    """The quiet runs' p95 beside a noisy one, and how many batches a second that one delivered."""
    run_id = server.create_run()
    loads = [workloads.ours(server, run_id, 100 + n, POINTS) for n in range(CONNECTIONS)]
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_noise, args=(sender, server.port, loads, pause))
    process.start()
    receiver.recv()
    began = time.perf_counter()
    try:
        p95 = quiet_p95(server, seconds)
    finally:
        process.kill()
        process.join()
    count = server.call("GET", f"runs/{run_id}/")["metrics"]["metric_0"]["count"]
    return p95, count / POINTS / (time.perf_counter() - began)


def rows_for(seconds: float) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder,
        ahnb.serving(Path(folder) / "data") as server,
    ):
        quiet_p95(server, 3.0)
        alone = quiet_p95(server, seconds)
        fifty, at_fifty = beside_noise(server, PAUSE / TIMES * CONNECTIONS, seconds)
        flood, at_flood = beside_noise(server, 0.0, seconds)
        again = quiet_p95(server, seconds)
    base = max(alone, again)
    return [
        Row("8 quiet runs, 5 batches/s each: p95", f"{alone:.1f} ms, afterwards {again:.1f} ms"),
        _row(f"… beside one at {TIMES} times the rate", fifty, base, at_fifty),
        _row("… beside one over 16 connections without pause", flood, base, at_flood),
    ]


def _row(work: str, p95: float, base: float, noise: float) -> Row:
    ratio = p95 / base
    ours = f"{p95:.1f} ms; the noisy one got {noise:.0f} batches/s"
    return Row(work, ours, ratio=f"{ratio:.1f} x", goal="2 x at most", reached=yes(ratio <= 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter loads")
    seconds = 6.0 if parser.parse_args().quick else 20.0
    rows = rows_for(seconds)
    print(f"{machine()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
