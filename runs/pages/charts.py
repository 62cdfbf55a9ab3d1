"""Many runs as columns of numbers and categories, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..params import text_of
from .columns import Column, finite, is_log

MOST_RUNS = 2000
MOST_CATEGORIES = 24


def chart_data(runs: Sequence[Any], columns: Sequence[Column], objective: Column | None) -> dict:
    """The runs, one list per fact.

    `columns` holds, for each column that can be an axis, its type, scale and a value per run
    (null where there is none; the index into `categories` where the type is "category").
    `rank` puts each run between 0 (worst) and 1 (best) by the objective.
    """
    return {
        "runs": {
            "id": [str(run.id) for run in runs],
            "name": [f"#{run.number} {run.name}" for run in runs],
            "status": [run.shown_status for run in runs],
            "at": [(run.finished_at or run.started_at).timestamp() for run in runs],
        },
        "columns": [axis for column in columns if (axis := axis_of(runs, column))],
        "objective": axis_of(runs, objective) if objective else None,
        "rank": rank_of(runs, objective),
    }


def axis_of(runs: Sequence[Any], column: Column) -> dict[str, Any] | None:
    """One column as an axis; None where no run has a value or there are too many categories."""
    values = [column.value(run) for run in runs]
    known = [value for value in values if value is not None]
    numbers = [finite(value) for value in values]
    head = {
        "key": column.key,
        "label": column.label,
        "qualifier": column.qualifier,
        "direction": column.direction,
        "time": column.key == "started",
    }
    if any(number is not None for number in numbers) and not any(
        isinstance(value, str | list | bool) for value in known
    ):
        return head | {"type": "number", "log": is_log(numbers), "values": numbers}
    texts = [None if value is None else text_of(value) for value in values]
    categories = sorted({text for text in texts if text is not None})
    if not categories or len(categories) > MOST_CATEGORIES:
        return None
    index = {text: position for position, text in enumerate(categories)}
    places = [None if text is None else index[text] for text in texts]
    return head | {"type": "category", "categories": categories, "values": places}


def rank_of(runs: Sequence[Any], objective: Column | None) -> list[float | None]:
    """The place of each run by the objective, 1 for the best; null for runs without a value.

    Ranks rather than values, so that one diverged run does not take all the colours.
    """
    if objective is None:
        return [None] * len(runs)
    values = [finite(objective.value(run)) for run in runs]
    distinct = np.unique([value for value in values if value is not None])
    span = max(len(distinct) - 1, 1)
    ranks = {value: place / span for place, value in enumerate(distinct.tolist())}
    if len(distinct) == 1:
        ranks = dict.fromkeys(ranks, 1.0)
    elif objective.direction == "min":
        ranks = {value: 1 - rank for value, rank in ranks.items()}
    return [None if value is None else round(ranks[value], 4) for value in values]
