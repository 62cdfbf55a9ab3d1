"""Curves of one metric for many runs, over steps, time or another metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from projects.models import Project

from .. import metrics
from ..metrics import Series
from .bands import bands_of
from .columns import Column, parse

MOST_CURVES = 100
CURVE_POINTS = 500
# Up to so many points a run are read one by one, where steps must be matched exactly.
EXACT_POINTS = 2_000
SPARK_POINTS = 32
# Non-finite points that are marked on each curve; all are counted.
MOST_ODD = 50
TIMES = ("relative", "wall")


@dataclass(frozen=True)
class Look:
    """What is drawn of the curves, and over what.

    Attributes:
        metric: its name.
        over: "" for the steps as logged, `relative` or `wall` for seconds since the run's start or
            since 1970, or the key of a metric whose value at the same step is x.
        band: the key of a column by whose values runs are put together; "" for single runs.
        stretch: the part of x that is looked at; None for all.
    """

    metric: str
    over: str = ""
    band: str = ""
    stretch: tuple[float, float] | None = None

    @property
    def is_timed(self) -> bool:
        return self.over in TIMES

    @property
    def other(self) -> Column | None:
        """The metric over which is drawn."""
        column = None if self.is_timed else parse(self.over)
        return column if column and column.kind == "metrics" else None


def curves_of(project: Project, runs: Sequence[Any], look: Look) -> dict[str, Any]:
    """Each run's curve with the true extremes of its buckets; runs without one are left out.

    Returns: `axes`, lists of x that curves share by their place; `curves`, each with `axis`, `min`
    and `max` (None where it equals `min`), `odd` (the first non-finite points) and counts; `bands`
    where runs are put together; `unpaired`, the numbers of runs that have too many points, or no
    point, to be drawn over another metric.
    """
    names = [look.metric, *([look.other.name] if look.other else [])]
    found = _read(project, runs, names, look)
    drawn, unpaired = [], []
    for run in runs:
        series = found.get(run.id, {})
        own = series.get(look.metric)
        if own is None or not own.total:
            continue
        other = series.get(look.other.name) if look.other else None
        curve = _curve(run, own, look) if look.other is None else _paired(run, own, other)
        if curve is None:
            unpaired.append(run.number)
        else:
            drawn.append(curve)
    # Only steps are shared by runs; at no moment and at no value do two of them meet.
    is_banded = look.band and not look.over
    return {
        "unit": _unit(drawn, look),
        "bands": bands_of(runs, drawn, look.band) if is_banded else None,
        "axes": _shared_axes(drawn),
        "curves": drawn,
        "unpaired": unpaired,
    }


def sparks_of(project: Project, runs: Sequence[Any], metric: str) -> dict[UUID, list[float | None]]:
    """A few values of each run's curve, the middle of each bucket, in order."""
    states = [run.metric_state for run in runs if run.metric_state]
    found = metrics.series_of_runs(
        project_id=project.pk, states=states, name=metric, points=SPARK_POINTS
    )
    return {
        run_id: [
            None if low is None or high is None else (low + high) / 2
            for low, high in zip(series.low, series.high, strict=True)
        ]
        for run_id, series in found.items()
    }


def _read(
    project: Project, runs: Sequence[Any], names: list[str], look: Look
) -> Mapping[UUID, Mapping[str, Series]]:
    """The series; of a stretch of time, a first look tells between which steps it lies."""
    is_exact = bool(look.other or look.band)
    asked: dict[str, Any] = {
        "project_id": project.pk,
        "states": [run.metric_state for run in runs if run.metric_state],
        "names": names,
        "points": EXACT_POINTS if is_exact else CURVE_POINTS,
        "with_times": look.is_timed,
    }
    if look.stretch is None or look.other:
        return metrics.series_of_many(**asked)
    if not look.is_timed:
        return metrics.series_of_many(**asked, stretches={run.id: look.stretch for run in runs})
    whole = metrics.series_of_many(**asked)
    stretches = {
        run.id: _steps_of(run, whole[run.id][look.metric], look) for run in runs if run.id in whole
    }
    return metrics.series_of_many(**asked, stretches=stretches)


def _steps_of(run: Any, series: Series, look: Look) -> tuple[float | None, float | None]:
    """Between which steps a stretch of time lies, one entry more on either side."""
    assert look.stretch is not None  # noqa: S101 - for mypy; callers have looked
    places = np.array(_times(run, series, look))
    first = max(int(np.searchsorted(places, look.stretch[0])) - 1, 0)
    after = int(np.searchsorted(places, look.stretch[1], "right"))
    return (
        series.x[first] if first < len(places) else None,
        series.x[after] if after < len(places) else None,
    )


def _times(run: Any, series: Series, look: Look) -> list[float]:
    times = series.times or []
    if look.over == "wall":
        return times
    begun = run.started_at.timestamp()
    return [moment - begun for moment in times]


def _curve(run: Any, series: Series, look: Look) -> dict[str, Any]:
    x = _times(run, series, look) if look.is_timed else series.x
    odd = series.nonfinite[:MOST_ODD]
    if look.is_timed:
        place = dict(zip(series.x, x, strict=True))
        odd = [(place[step], word) for step, word in odd if step in place]
    return _head(run, series) | {
        "x": x,
        "min": series.low,
        "max": None if series.high == series.low else series.high,
        "exact": series.exact,
        "odd": [list(point) for point in odd],
    }


def _paired(run: Any, own: Series, other: Series | None) -> dict[str, Any] | None:
    """The curve over another metric at the same steps; None where not all steps are known."""
    if other is None or not other.total or not (own.exact and other.exact):
        return None
    value_at = dict(zip(other.x, other.low, strict=True))
    pairs = [
        (value_at[step], value)
        for step, value in zip(own.x, own.low, strict=True)
        if value_at.get(step) is not None
    ]
    if not pairs:
        return None
    x, y = map(list, zip(*pairs, strict=True))
    return _head(run, own) | {"x": x, "min": y, "max": None, "exact": True, "odd": []}


def _head(run: Any, series: Series) -> dict[str, Any]:
    return {
        "number": run.number,
        "name": run.name,
        "status": run.shown_status,
        "unit": series.unit,
        "total": series.total,
        "last": series.last and list(series.last),
        "odd_total": series.nonfinite_total,
    }


def _unit(drawn: Sequence[dict[str, Any]], look: Look) -> str:
    if look.other:
        return look.other.name
    return look.over if look.is_timed else next((curve["unit"] for curve in drawn), "step")


def _shared_axes(drawn: Sequence[dict[str, Any]]) -> list[list[float]]:
    """Put each list of x once; curves name it by its place."""
    axes: dict[tuple[float, ...], int] = {}
    for curve in drawn:
        curve["axis"] = axes.setdefault(tuple(curve.pop("x")), len(axes))
    return [list(axis) for axis in axes]
