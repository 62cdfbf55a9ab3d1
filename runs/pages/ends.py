"""The means of metrics' last points, for tables that show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from projects.models import Project

from .. import metrics
from .columns import Column


def add_ends(project: Project, runs: Sequence[Any], columns: Sequence[Column]) -> None:
    """Give each run what `columns` of kind `end` show of it, as `ends` by their keys.

    The mean of fewer points where there are no more; NaN where one of them is not finite, since
    such a training did not end at any number. One statement for all runs and columns.
    """
    wanted = [column for column in columns if column.kind == "end"]
    for run in runs:
        run.ends = {}
    most = {column.name: 0 for column in wanted}
    for column in wanted:
        most[column.name] = max(most[column.name], column.points)
    if not most:
        return
    states = [run.metric_state for run in runs if run.metric_state]
    found = metrics.last_values(project_id=project.pk, states=states, wanted=most)
    for run in runs:
        values = found.get(run.id, {})
        run.ends = {
            column.key: _mean(values[column.name][-column.points :])
            for column in wanted
            if column.name in values
        }


def _mean(values: Any) -> float:
    if not np.isfinite(values).all():
        return float("nan")
    with np.errstate(over="ignore"):
        mean = float(np.mean(values))
    # The sum of the largest floats is none, their mean is.
    return mean if np.isfinite(mean) else float(np.sum(values / len(values)))
