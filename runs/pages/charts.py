"""Many runs as columns of numbers and categories, ready to be drawn.

What is drawn comes from the rows that are searched, column by column: no run is decoded for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.utils import timezone

from projects.models import Project

from ..models import LOST_AFTER
from ..search.fields import PARTS
from .columns import Column, finite, is_log
from .overview import rows_of

MOST_RUNS = 2000
MOST_CATEGORIES = 24
RUNS = """
SELECT r.id, r.number, r.name,
       CASE WHEN r.status = 'running' AND coalesce(s.last_seen_at, r.created_at)
                 < coalesce(r.frozen_at, %s) - %s THEN 'lost' ELSE r.status END,
       extract(epoch FROM coalesce(r.finished_at, r.started_at))::float8,
       extract(epoch FROM r.started_at)::float8,
       greatest(0, extract(epoch FROM
           coalesce(r.finished_at, s.last_seen_at, r.created_at) - r.started_at))::float8,
       r.model_parameters, r.model_version, nullif(r."group", ''), nullif(r.configuration, '')
FROM unnest(%s::uuid[]) WITH ORDINALITY AS w(id, place)
JOIN runs_run r ON r.project_id = %s AND r.id = w.id
LEFT JOIN runs_metricstate s ON s.project_id = r.project_id AND s.run_id = r.id
ORDER BY w.place
"""
# By its key each row is found at once; a plain join would read a parameter of all runs.
PARAMS = """
SELECT k.key, array_agg(p.number ORDER BY w.place), array_agg(p.text ORDER BY w.place)
FROM unnest(%s::text[]) AS k(key)
CROSS JOIN unnest(%s::uuid[]) WITH ORDINALITY AS w(id, place)
LEFT JOIN LATERAL (
    SELECT number, text FROM runs_runparam
    WHERE project_id = %s AND run_id = w.id AND key = k.key LIMIT 1
) AS p ON true
GROUP BY k.key
"""
METRICS = """
SELECT n.name, array_agg(m.last ORDER BY w.place), array_agg(m.first ORDER BY w.place),
       array_agg(m.min ORDER BY w.place), array_agg(m.max ORDER BY w.place),
       array_agg(m.count ORDER BY w.place)
FROM unnest(%s::text[]) AS n(name)
CROSS JOIN unnest(%s::uuid[]) WITH ORDINALITY AS w(id, place)
LEFT JOIN LATERAL (
    SELECT last, first, min, max, count FROM runs_metricsummary
    WHERE project_id = %s AND run_id = w.id AND name = n.name LIMIT 1
) AS m ON true
GROUP BY n.name
"""
# What `RUNS` gives of each run after its id; from the fifth on they are columns, too.
FACTS = ("number", "name", "status", "at")
PLAIN = ("started", "duration", "size", "version", "group", "configuration")
Values = list[Any]


@dataclass(frozen=True)
class Rows:
    """What charts need of some runs, as it was read: one list per fact, in the runs' order.

    Attributes:
        ids: of the runs.
        facts: by the names in `FACTS` and `PLAIN`.
        params: by the column's key, the numbers and the texts.
        metrics: by the column's key.
    """

    ids: list[UUID]
    facts: dict[str, Values]
    params: dict[str, tuple[Values, Values]]
    metrics: dict[str, Values]

    def of(self, run_ids: Sequence[UUID]) -> Rows:
        """These runs alone, in this order; those that were gone when they were read are not."""
        place_of = {run_id: place for place, run_id in enumerate(self.ids)}
        places = [place_of[run_id] for run_id in run_ids if run_id in place_of]

        def taken(values: Values) -> Values:
            return [values[place] for place in places]

        return Rows(
            taken(self.ids),
            {name: taken(values) for name, values in self.facts.items()},
            {key: (taken(numbers), taken(texts)) for key, (numbers, texts) in self.params.items()},
            {key: taken(values) for key, values in self.metrics.items()},
        )


def chart_data(rows: Rows, columns: Sequence[Column], objective: Column | None) -> dict[str, Any]:
    """The runs, one list per fact.

    `columns` holds, for each column that can be an axis, its type, scale and a value per run
    (null where there is none; the index into `categories` where the type is "category").
    `rank` puts each run between 0 (worst) and 1 (best) by the objective.
    """
    values = {key: _numbers_or_texts(*found) for key, found in rows.params.items()}
    values |= rows.metrics | {name: rows.facts[name] for name in PLAIN}
    ends = values.get(objective.key, []) if objective else [None] * len(rows.ids)
    return {
        "runs": {name: rows.facts[name] for name in FACTS},
        "columns": [axis for column in columns if (axis := axis_of(values, column))],
        "objective": axis_of(values, objective) if objective else None,
        "rank": rank_of(ends, objective.direction if objective else ""),
    }


def read_rows(
    project: Project,
    run_ids: Sequence[UUID],
    columns: Sequence[Column],
    objective: Column | None,
) -> Rows:
    """Read what `chart_data` draws, in the order of `run_ids`. Three statements."""
    rows = rows_of(RUNS, [timezone.now(), LOST_AFTER, list(run_ids), project.pk])
    names = ("id", *FACTS, *PLAIN)
    facts = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    ids = facts.pop("id")
    wanted = [*columns, *([objective] if objective else [])]
    return Rows(ids, facts, _params(project, ids, wanted), _metrics(project, ids, wanted))


def _params(
    project: Project, run_ids: Sequence[UUID], columns: Iterable[Column]
) -> dict[str, tuple[Values, Values]]:
    """The values of the columns that are parameters, as numbers and as texts."""
    by_name = {column.name: column.key for column in columns if column.kind == "params"}
    rows = rows_of(PARAMS, [list(by_name), list(run_ids), project.pk]) if by_name else []
    return {by_name[name]: (numbers, texts) for name, numbers, texts in rows}


def _numbers_or_texts(numbers: Values, texts: Values) -> Values:
    """Numbers where all are, else texts. What a run gave as None (`null`) counts as missing."""
    texts = [None if text == "null" else text for text in texts]
    has_text = any(
        number is None and text is not None for number, text in zip(numbers, texts, strict=True)
    )
    return texts if has_text else numbers


def _metrics(
    project: Project, run_ids: Sequence[UUID], columns: Iterable[Column]
) -> dict[str, Values]:
    wanted = [column for column in columns if column.kind == "metrics"]
    names = list({column.name for column in wanted})
    if not run_ids:
        return {column.key: [] for column in wanted}
    rows = rows_of(METRICS, [names, list(run_ids), project.pk]) if names else []
    found = {name: dict(zip(PARTS, parts, strict=True)) for name, *parts in rows}
    return {column.key: found[column.name][column.part or "last"] for column in wanted}


def axis_of(values: dict[str, Values], column: Column) -> dict[str, Any] | None:
    """One column as an axis; None where no run has a value or there are too many categories."""
    own = values.get(column.key, [])
    known = [value for value in own if value is not None]
    head = {
        "key": column.key,
        "label": column.label,
        "qualifier": column.qualifier,
        "direction": column.direction,
        "time": column.key == "started",
    }
    if known and not any(isinstance(value, str) for value in known):
        numbers = [finite(value) for value in own]
        return head | {"type": "number", "log": is_log(numbers), "values": numbers}
    categories = sorted(set(known), key=_natural)
    if not categories or len(categories) > MOST_CATEGORIES:
        return None
    index = {text: position for position, text in enumerate(categories)}
    places = [None if text is None else index[text] for text in own]
    return head | {"type": "category", "categories": categories, "values": places}


def _natural(text: str) -> tuple[bool, float, str]:
    """Numbers by their size, then texts."""
    try:
        return False, float(text), text
    except ValueError:
        return True, 0, text


def rank_of(values: Values, direction: str) -> list[float | None]:
    """The place of each run by its result, 1 for the best; null for runs without one.

    Ranks rather than values, so that one diverged run does not take all the colours.
    """
    distinct = np.unique([value for value in values if value is not None])
    span = max(len(distinct) - 1, 1)
    ranks = {value: place / span for place, value in enumerate(distinct.tolist())}
    if len(distinct) == 1:
        ranks = dict.fromkeys(ranks, 1.0)
    elif direction == "min":
        ranks = {value: 1 - rank for value, rank in ranks.items()}
    return [None if value is None else round(ranks[value], 4) for value in values]
