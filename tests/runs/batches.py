"""Batches as a client writes them."""

import uuid
from typing import Any

from runs import metrics
from runs.models import Run
from tests.cast import Api


def batch(seq: int = 1, writer: uuid.UUID | str | None = None, **parts: Any) -> dict[str, Any]:
    """A batch of a writer of its own, unless one is named."""
    return {"writer": str(writer or uuid.uuid4()), "seq": seq, **parts}


def points(name: str = "loss", *values: Any, **more: Any) -> dict[str, Any]:
    """Axes and metrics for one metric on the epochs 0, 1, 2, …"""
    axis = {"unit": "epoch", "steps": list(range(len(values))), **more}
    return {"axes": [axis], "metrics": {name: {"axis": 0, "v": list(values)}}}


def event(kind: str, data: Any, at: float | None = None) -> dict[str, Any]:
    """One event; without a time the time of receipt counts."""
    return {"kind": kind, "data": data, **({} if at is None else {"at": at})}


def send(api: Api, run: Any, document: Any, **more: Any) -> Any:
    """Post a batch; the answer of the server."""
    return api.post(f"/api/v1/runs/{run.id}/batches/", document, **more)


def codes(answer: Any) -> list[tuple[str, str]]:
    """What was refused by item, as (pointer, code)."""
    return [(entry["pointer"], entry["code"]) for entry in answer.json()["rejected"]]


def stored(run: Run, name: str = "loss") -> list[tuple[float, float]]:
    """The steps and values of a metric, as the store reads them."""
    found = metrics.series(project_id=run.project_id, run_id=run.id, names=[name], points=10_000)[
        name
    ].as_dict()
    return list(zip(found["x"], found["max"], strict=True))


def document(api: Api, run: Run) -> Any:
    """The run document, as the API answers it."""
    return api.get(f"/api/v1/runs/{run.id}/").json()
