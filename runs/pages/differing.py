"""Which parameters differ among the runs that match."""

from __future__ import annotations

from collections.abc import Sequence

from projects.models import Project

from ..search.labels import matching_ids
from .columns import Column
from .overview import rows_of

# The newest of the runs that match; looking at all of a hundred thousand would take seconds.
MOST_RUNS = 2_000
MOST_PARAMS = 100
DIFFERING = """
WITH looked AS MATERIALIZED (SELECT id FROM ({matching}) AS c ORDER BY id DESC LIMIT %s)
SELECT p.key FROM looked JOIN runs_runparam p ON p.project_id = %s AND p.run_id = looked.id
WHERE p.key = ANY(%s)
GROUP BY p.key
HAVING min(p.text) <> max(p.text) OR count(*) < (SELECT count(*) FROM looked)
"""


def differing(project: Project, q: str, columns: Sequence[Column]) -> set[str]:
    """The names of those parameters that are not the same in each run; missing is a value, too.

    Raises:
        runs.search.QueryError: `q` cannot be understood.
    """
    params = dict.fromkeys(column.name for column in columns if column.kind == "params")
    names = list(params)[:MOST_PARAMS]
    matching, parameters = matching_ids(project.pk, q)
    statement = DIFFERING.format(matching=matching)
    return {name for (name,) in rows_of(statement, [*parameters, MOST_RUNS, project.pk, names])}
