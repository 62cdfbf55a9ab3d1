"""The facts of a run as rules read them (`docs/linting.md`), from what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, pairwise
from typing import Any

from .. import metrics
from ..metrics.records import Series, Summary
from ..models import Run, RunDocument, RunEvent, Status
from .twins import twin_of

VERSION = 1
MOST_METRICS = 200
# Of a curve over epochs: so many entries, each with its extremes.
EPOCH_POINTS = 500
FIRST_BATCHES = 20
# Batches are looked for among so many first steps, as not every one need be logged.
FIRST_STEPS = 200
BATCH = "batch/"
KINDS = ("model", "data", "environment", "summary")


def facts_of(run: Run, *, with_curves: bool = True) -> dict[str, Any]:
    """The document of facts.

    Args:
        run: with its metrics and sign of life.
        with_curves: or without them, where no rule is asked that reads them.
    """
    documents = _documents(run)
    summary = documents.pop("summary", None)
    curves = curves_of(run) if with_curves else {"epoch": {}, "batch": {}}
    return {
        "facts": VERSION,
        "model": documents.get("model"),
        "params": run.params,
        "data": documents.get("data"),
        "environment": documents.get("environment"),
        "curves": curves,
        "weights": _last_event(run, "weights"),
        "run": {
            **_run_facts(run, summary),
            **_epoch_seconds(run, curves["epoch"]),
            **twin_of(run, documents.get("environment")),
        },
    }


def has_ended(run: Run) -> bool:
    """Whether nothing more is awaited: it was lost, or said that it is over."""
    return run.shown_status != Status.RUNNING


def _documents(run: Run) -> dict[str, Any]:
    rows = RunDocument.objects.filter(project_id=run.project_id, run_id=run.id, kind__in=KINDS)
    return dict(rows.values_list("kind", "data"))


def _last_event(run: Run, kind: str) -> Any:
    rows = RunEvent.objects.filter(project_id=run.project_id, run_id=run.id, kind=kind)
    last = rows.order_by("-at", "-writer", "-seq", "-position").values_list("data", flat=True)
    return last.first()


def _run_facts(run: Run, summary: Any) -> dict[str, Any]:
    """What the client measured of the run as a whole, and how it stands by the server's word."""
    told = summary.get("run") if isinstance(summary, dict) else None
    return {
        **(told if isinstance(told, dict) else {}),
        "status": run.shown_status,
        "seconds": run.duration_seconds,
    }


def _epoch_seconds(run: Run, curves: Mapping[str, Any]) -> dict[str, Any]:
    """How long each epoch took, by the times of its points; nothing where epochs were repeated."""
    name = next(iter(curves), None)
    if name is None or len(run.state.attempts) > 1:
        return {}
    one = _series(run, [name], points=EPOCH_POINTS, with_times=True)[name]
    if not one.exact or not one.times:
        return {}
    ends = [run.started_at.timestamp(), *one.times]
    return {"epoch_seconds": [max(0.0, end - start) for start, end in pairwise(ends)]}


# Curves


def curves_of(run: Run) -> dict[str, dict[str, Any]]:
    """The curves by unit: those over epochs, and of those over batches the first ones."""
    by_unit: dict[str, dict[str, Summary]] = {"epoch": {}, "step": {}}
    for name, one in islice(run.metrics.items(), MOST_METRICS):
        if one.unit in by_unit:
            by_unit[one.unit][name] = one
    return {"epoch": _by_epoch(run, list(by_unit["epoch"])), "batch": _batch(run, by_unit["step"])}


def _by_epoch(run: Run, names: list[str]) -> dict[str, Any]:
    found = _series(run, names, points=EPOCH_POINTS)
    return {name: _curve(_extremes(one) + one.nonfinite) for name, one in found.items()}


def _batch(run: Run, summaries: dict[str, Summary]) -> dict[str, Any]:
    """The first batches; of a metric that is not always finite those values, and the last one."""
    odd = [name for name, one in summaries.items() if one.nonfinite]
    late = _series(run, odd, points=1)
    starts = [one.first_step for one in summaries.values() if one.first_step is not None]
    stop = min(starts, default=0.0) + FIRST_STEPS
    early = _series(run, list(summaries), points=FIRST_STEPS * 2, stop=stop)
    return {
        name.removeprefix(BATCH): _curve(
            _extremes(one)[:FIRST_BATCHES] + (_oddities(late[name]) if name in late else [])
        )
        for name, one in early.items()
    }


def _oddities(one: Series) -> list[tuple[float, float | str]]:
    """What is not finite; with how the curve ends, for that may be a number again."""
    return one.nonfinite + ([one.last] if one.last else [])


def _series(run: Run, names: list[str], **stretch: Any) -> dict[str, Series]:
    if not names:
        return {}
    return metrics.series(project_id=run.project_id, run_id=run.id, names=names, **stretch)


def _extremes(one: Series) -> list[tuple[float, float | str]]:
    """The points; of an entry that stands for several the lower and the upper end."""
    points: list[tuple[float, float | str]] = []
    for x, low, high in zip(one.x, one.low, one.high, strict=True):
        points += [(x, value) for value in dict.fromkeys((low, high)) if value is not None]
    return points


def _curve(points: list[tuple[float, float | str]]) -> dict[str, Any]:
    """Points in the order of their steps, each once."""
    ordered = sorted(dict.fromkeys(points), key=lambda point: point[0])
    return {"steps": [int(step) for step, _ in ordered], "values": [value for _, value in ordered]}
