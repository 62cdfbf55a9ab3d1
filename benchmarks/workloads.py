"""The requests that the loads send: random values, regular steps and times, always alike."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Iterator, Sequence

from .load import Requests, post
from .servers import mlflow as peer
from .servers.ahnb import Server

BEGIN = 1_763_870_000
METRICS = [f"metric_{number}" for number in range(10)]


def values(seed: int, count: int) -> list[float]:
    """Random float64 values that no compression makes smaller."""
    chance = random.Random(seed)
    return [chance.random() for _ in range(count)]


def writer(seed: int) -> str:
    """The id under which the load of this seed writes."""
    return str(uuid.UUID(int=seed + (1 << 90), version=4))


def one_metric(server: Server, run_id: str, seed: int, points: int) -> Callable[[], Requests]:
    """Batches of one metric with `points` points each."""
    return ours(server, run_id, seed, points, METRICS[:1])


def ours(
    server: Server, run_id: str, seed: int, points: int, names: Sequence[str] = METRICS
) -> Callable[[], Requests]:
    """Batches of `points` points of each metric, by one writer."""

    def requests() -> Iterator[bytes]:
        columns = {
            name: {"axis": 0, "v": values(seed * 100 + index, points)}
            for index, name in enumerate(names)
        }
        tail = json.dumps({"metrics": columns, "events": []}, separators=(",", ":"))[1:]
        path = f"/api/v1/runs/{run_id}/batches/"
        for seq in range(1, 1 << 40):
            start = (seq - 1) * points
            axis = (
                f'{{"start":{start},"stride":1,"count":{points},'
                f'"t0":{BEGIN + start / 1000},"dt_ms":{[*range(points)]}}}'
            )
            head = f'{{"writer":"{writer(seed)}","seq":{seq},"axes":[{axis}],'
            yield post(path, (head + tail).encode(), server.headers)

    return requests


def mlflows(run_id: str, seed: int, points: int) -> Callable[[], Requests]:
    """The same points as MLflow's log-batch takes them, at most 1,000 a request."""

    def requests() -> Iterator[bytes]:
        columns = [values(seed * 100 + index, points) for index in range(len(METRICS))]
        for batch in range(1 << 40):
            metrics = [
                {
                    "key": name,
                    "value": column[point],
                    "step": batch * points + point,
                    "timestamp": BEGIN * 1000 + batch * points + point,
                }
                for name, column in zip(METRICS, columns, strict=True)
                for point in range(points)
            ]
            body = json.dumps({"run_id": run_id, "metrics": metrics}).encode()
            yield post(f"{peer.API}/runs/log-batch", body)

    return requests
