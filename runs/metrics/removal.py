"""Deleting a run's points, and how much room they take."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import connection

from ahnb_platform.errors import Missing

from . import room
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

# The first rows of each table; a project with more is larger than these.
GLANCE = "SELECT sum(bytes), max(rows) FROM ({parts}) AS parts"
GLANCE_PART = """
SELECT sum(held.bytes) AS bytes, count(*) AS rows
FROM (SELECT pg_column_size(t.*) AS bytes FROM {table} t WHERE project_id = %(project)s
      LIMIT %(most)s) AS held
"""


def hold(*, project_id: int, run_id: UUID) -> None:
    """Keep a run as it is until the caller's transaction ends. Nothing happens without it."""
    with connection.cursor() as cursor, suppress(Missing):
        lock_state(cursor, Place(project_id, run_id))


def delete(*, project_id: int, run_id: UUID) -> None:
    """Free all rows of a run, inside the caller's transaction. Raises Missing."""
    place = Place(project_id, run_id)
    with connection.cursor() as cursor:
        state = lock_state(cursor, place)
        cursor.execute(room.GIVE_BACK, (state.points, project_id, room.shard_of(run_id)))
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


def stored_at_least(*, project_id: int, most: int = 4000) -> tuple[int, bool]:
    """Bytes that a project's rows take, and whether that is all of them.

    At most `most` rows of each table are looked at, so that the cost is bounded.
    """
    tables = [table for table in TABLES if table != "runs_metricsummary"]
    # Tables are those above.
    parts = " UNION ALL ".join(GLANCE_PART.replace("{table}", table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(GLANCE.replace("{parts}", parts), {"project": project_id, "most": most})
        size, rows = cursor.fetchone()
    return int(size or 0), rows < most
