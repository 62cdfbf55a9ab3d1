"""Deleting a run's points, and how much room they take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from .locking import lock_state
from .records import Place

TABLES = (
    "runs_metricchunk",
    "runs_metrictail",
    "runs_metricwriter",
    "runs_metricsummary",
    "runs_metricstate",
)

BYTES = """
SELECT run_id, sum(bytes) FROM (
    SELECT run_id, sum(pg_column_size(c.*)) AS bytes FROM runs_metricchunk c
    WHERE project_id = %(project)s AND {chosen} GROUP BY run_id
    UNION ALL
    SELECT run_id, sum(pg_column_size(t.*)) FROM runs_metrictail t
    WHERE project_id = %(project)s AND {chosen} GROUP BY run_id
    UNION ALL
    SELECT run_id, sum(pg_column_size(w.*)) FROM runs_metricwriter w
    WHERE project_id = %(project)s AND {chosen} GROUP BY run_id
    UNION ALL
    SELECT run_id, sum(pg_column_size(s.*)) FROM runs_metricstate s
    WHERE project_id = %(project)s AND {chosen} GROUP BY run_id
) parts GROUP BY run_id
"""


def delete(*, project_id: int, run_id: UUID) -> None:
    """Free all rows of a run, inside the caller's transaction. Raises Missing."""
    place = Place(project_id, run_id)
    with connection.cursor() as cursor:
        lock_state(cursor, place)
        for table in TABLES:
            cursor.execute(
                f"DELETE FROM {table} WHERE project_id = %s AND run_id = %s",  # noqa: S608
                place,
            )


def stored_bytes(*, project_id: int, run_ids: Iterable[UUID] | None = None) -> dict[UUID, int]:
    """Bytes that each run's rows take, without indexes. Default: all runs of the project."""
    chosen = "true" if run_ids is None else "run_id = ANY(%(runs)s::uuid[])"
    values: dict[str, Any] = {"project": project_id, "runs": list(run_ids or ())}
    with connection.cursor() as cursor:
        cursor.execute(BYTES.replace("{chosen}", chosen), values)
        return {run_id: int(size) for run_id, size in cursor.fetchall()}
