"""Pages of large runs: `python -m benchmarks.runpage [--quick]`.

A run of 10 million points, one of 500 metrics, one of 5,000 layers, one with a parameter tree of
1 MB, one with 2,000 notes: the page, the question for news and the first charts' points, as a
browser asks that is logged in. Medians at the client.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from . import workloads
from .load import asker, get
from .pages import log_in
from .read import LONG_BATCH, median_ms, send
from .report import Row, machine, table, timed
from .servers import ahnb

TIMES = 20
GOAL_MS = 150
CHARTS = 40
Seeded = tuple[str, list[str]]


def post(server: ahnb.Server, run_id: str, **parts: Any) -> None:
    """One batch of a writer of its own."""
    body = {"writer": str(ahnb.new_id()), "seq": 1, **parts}
    answer = server.call("POST", f"runs/{run_id}/batches/", json=body)
    if answer["rejected"]:
        raise SystemExit(str(answer["rejected"][:3]))


def few_points(server: ahnb.Server, run_id: str, names: list[str]) -> None:
    axis = {"unit": "epoch", "steps": list(range(20))}
    columns = {name: {"axis": 0, "v": [1 / (1 + at) for at in range(20)]} for name in names}
    post(server, run_id, axes=[axis], metrics=columns)


def many_points(server: ahnb.Server, points: int) -> Seeded:
    run_id = server.create_run()
    loads = workloads.one_metric(server, run_id, 5, LONG_BATCH)()
    send(server.port, loads, points // LONG_BATCH)
    return run_id, list(server.call("GET", f"runs/{run_id}/")["metrics"])


def many_metrics(server: ahnb.Server, count: int = 500) -> Seeded:
    run_id = server.create_run()
    names = [f"part-{at // 50}/{'val_' * (at % 2)}metric-{at // 2:03}" for at in range(count)]
    few_points(server, run_id, names)
    return run_id, names


def described(server: ahnb.Server, kind: str, data: Any) -> Seeded:
    """A run of two curves, with one event."""
    run_id = server.create_run()
    few_points(server, run_id, ["loss", "val_loss"])
    post(server, run_id, events=[{"kind": kind, "data": data}])
    return run_id, ["loss", "val_loss"]


def many_layers(server: ahnb.Server, count: int = 5000) -> Seeded:
    layers = [
        {
            "name": f"dense_{at}",
            "class": "Dense",
            "output_shape": [None, 64],
            "parameters": 4160,
            "trainable_parameters": 4160,
        }
        for at in range(count)
    ]
    return described(server, "model", {"name": "deep", "layers": layers})


def large_params(server: ahnb.Server, leaves: int = 5000) -> Seeded:
    """As many leaves as are taken, of 200 bytes each."""
    tree: dict[str, Any] = {}
    for at in range(leaves):
        tree.setdefault(f"part-{at // 100:03}", {})[f"value-{at:06}"] = "x" * 182
    return described(server, "params", tree)


def many_notes(server: ahnb.Server, count: int = 2000) -> Seeded:
    run_id = server.create_run()
    few_points(server, run_id, ["loss", "val_loss"])
    for first in range(0, count, 200):
        notes = [
            {"kind": "note", "data": {"text": f"Looked at step **{at}**.", "step": at % 20}}
            for at in range(first, first + 200)
        ]
        post(server, run_id, events=notes)
    return run_id, ["loss", "val_loss"]


def rows_of(server: ahnb.Server, words: str, seeded: Seeded, cookie: dict[str, str]) -> list[Row]:
    run_id, names = seeded
    page = f"/runs/{run_id}/"
    series = urlencode({"metric": names[:CHARTS], "points": 500, "time": 1}, doseq=True)
    asked = {
        "page": page,
        "live": f"{page}live/?seen=",
        "charts": f"{page}charts/",
        "marks": f"{page}marks/",
        f"series of {min(len(names), CHARTS)}": f"{page}series/?{series}",
    }
    rows = []
    for part, address in asked.items():
        taken = median_ms(asker(server.port, get(address, cookie)), TIMES)
        rows.append(timed(f"{words}: {part}", taken, GOAL_MS))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1 million points instead of 10")
    points = 1_000_000 if parser.parse_args().quick else 10_000_000
    seeds: dict[str, Callable[[ahnb.Server], Seeded]] = {
        f"{points:,} points": lambda server: many_points(server, points),
        "500 metrics": many_metrics,
        "5,000 layers": many_layers,
        "1 MB of parameters": large_params,
        "2,000 notes": many_notes,
    }
    rows = []
    with (
        tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder,
        ahnb.serving(Path(folder) / "data") as server,
    ):
        cookie = log_in(server)
        for words, seed in seeds.items():
            rows += rows_of(server, words, seed(server), cookie)
    print(f"\n{machine()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
