"""Curves of one metric for many runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from projects.models import Project

from .. import metrics

MOST_CURVES = 50
CURVE_POINTS = 200
SPARK_POINTS = 32


def curves_of(project: Project, runs: Sequence[Any], metric: str) -> list[dict[str, Any]]:
    """Each run's curve with the true extremes of its buckets; runs without one are left out."""
    found = _series_of(project, runs, metric, CURVE_POINTS)
    return [
        {"number": run.number, "name": f"#{run.number} {run.name}", **found[run.id].as_dict()}
        for run in runs
        if run.id in found and found[run.id].total
    ]


def sparks_of(project: Project, runs: Sequence[Any], metric: str) -> dict[UUID, list[float | None]]:
    """A few values of each run's curve, the middle of each bucket, in order."""
    found = _series_of(project, runs, metric, SPARK_POINTS)
    return {
        run_id: [
            None if low is None or high is None else (low + high) / 2
            for low, high in zip(series.low, series.high, strict=True)
        ]
        for run_id, series in found.items()
    }


def _series_of(
    project: Project, runs: Sequence[Any], metric: str, points: int
) -> dict[UUID, metrics.Series]:
    states = [run.metric_state for run in runs if run.metric_state]
    return metrics.series_of_runs(project_id=project.pk, states=states, name=metric, points=points)
