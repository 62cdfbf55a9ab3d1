"""Runs sent through the API as a client in any language would, and the words that come back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.cast import Api, uuid7

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SINCE = "2026-01-02 03:04:05 UTC"
MODEL = {"name": "net", "kind": "Sequential", "built": True}
ENVIRONMENT = {"keras": "3.10.0", "backend": "jax", "python": "3.11.9", "seed": 7}
VAL_LOSS = {"metric": "val_loss", "mode": "min"}


def tell(
    api: Api,
    name: str = "first",
    curves: Mapping[str, Sequence[Any]] | None = None,
    *,
    ended: str = "finished",
    reason: str | None = None,
    seconds: float = 200,
    objective: Mapping[str, str] | None = VAL_LOSS,
    project: str = "vision/digits",
    batches: Sequence[Mapping[str, Any]] = (),
    **documents: Any,
) -> str:
    """Send a run that began at `STARTED` and ended as `ended` ("" for not yet); its id.

    Args:
        curves: metrics on the epochs 0, 1, 2, …
        batches: more of them, after the first.
        documents: data of one event of each kind.
    """
    run_id = str(uuid7())
    body: dict[str, Any] = {"project": project, "name": name, "started_at": STARTED.isoformat()}
    if objective:
        body["objective"] = objective
    assert api.put(f"/api/v1/runs/{run_id}/", body).status_code == 201
    at = STARTED.timestamp()
    events: list[dict[str, Any]] = [
        {"kind": kind, "at": at, "data": data} for kind, data in documents.items()
    ]
    if ended:
        data = {"status": ended, "reason": reason} if reason else {"status": ended}
        events.append({"kind": "status", "at": at + seconds, "data": data})
    for place, batch in enumerate([{**on_epochs(curves or {}), "events": events}, *batches]):
        send(api, run_id, batch, seq=place + 1)
    return run_id


def send(api: Api, run_id: str, batch: Mapping[str, Any], seq: int = 1) -> None:
    """One batch, of which nothing is refused."""
    writer = str(uuid.uuid5(uuid.NAMESPACE_URL, run_id))
    answer = api.post(
        f"/api/v1/runs/{run_id}/batches/", {"writer": writer, "seq": seq, **batch}
    ).json()
    assert (answer["acked"], answer["rejected"]) == (seq, [])


def on_epochs(curves: Mapping[str, Sequence[Any]], first: int = 0) -> dict[str, Any]:
    """Axes and metrics of a batch; every metric has an axis of its own."""
    axes = [
        {"unit": "epoch", "steps": list(range(first, first + len(values)))}
        for values in curves.values()
    ]
    metrics = {
        name: {"axis": axis, "v": list(values)}
        for axis, (name, values) in enumerate(curves.items())
    }
    return {"axes": axes, "metrics": metrics} if axes else {}


def words(api: Api, run_id: str) -> list[str]:
    """The lines that the run document has."""
    text: str = api.get(f"/api/v1/runs/{run_id}/").json()["words"]
    return text.split("\n")


def dense(units: int, inputs: int, name: str = "dense") -> dict[str, Any]:
    """A row of a layer table."""
    return {
        "name": name,
        "class": "Dense",
        "parent": None,
        "output_shape": [None, units],
        "parameters": units * (inputs + 1),
        "activation": "relu",
        "settings": {"units": units, "kernel_initializer": {"class": "GlorotUniform", "seed": 3}},
    }


def model(*widths: int, inputs: int = 4, **more: Any) -> dict[str, Any]:
    """A stack of dense layers."""
    sizes = [inputs, *widths]
    layers = [
        dense(units, before, f"dense_{at}")
        for at, (before, units) in enumerate(zip(sizes, widths, strict=False))
    ]
    total = sum(layer["parameters"] for layer in layers)
    return {**MODEL, "layers": layers, "parameters": total, **more}


def data(fingerprint: str, samples: int = 1000) -> dict[str, Any]:
    """What `fit` was given, with the hash of it."""
    shape = {"type": "numpy.ndarray", "shape": [samples, 4], "dtype": "float32"}
    return {"x": shape, "samples": samples, "fingerprints": {"x": {"hash": fingerprint}}}


def script(source: str, **more: Any) -> dict[str, Any]:
    """A recorded script; its hash is made up."""
    return {"kind": "script", "path": "train.py", "source": source, "sha256": source * 8, **more}


def git(commit: str, *, dirty: bool = False) -> dict[str, Any]:
    return {**ENVIRONMENT, "git": {"commit": commit * 40, "dirty": dirty}}
