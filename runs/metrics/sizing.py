"""What of the store is needed to count how much room runs take: pieces of one statement."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

# The number of points stands in bytes 8 to 15 of a state (`state.HEADER`), the lowest first.
_POINTS = " + ".join(f"(get_byte(data, {8 + place})::bigint << {8 * place})" for place in range(8))
# The runs whose room is to be counted anew. A key share keeps them from being deleted meanwhile.
FLAGGED = f"""
    SELECT run_id, version, {_POINTS} AS points FROM runs_metricstate
    WHERE project_id = %(project)s AND unsized
      AND (SELECT pg_try_advisory_xact_lock(%(lock)s, %(key)s))
    ORDER BY run_id LIMIT %(most)s FOR KEY SHARE SKIP LOCKED
"""  # noqa: S608
# What the points of the runs in `flagged` take, without indexes.
PARTS = " UNION ALL ".join(
    f"SELECT run_id, pg_column_size(t.*) AS bytes FROM {table} t JOIN flagged USING (run_id)"  # noqa: S608
    " WHERE project_id = %(project)s"
    for table in ("runs_metricchunk", "runs_metrictail", "runs_metricwriter", "runs_metricstate")
)
# What came since goes on being flagged.
SETTLE = """
    UPDATE runs_metricstate s SET unsized = false FROM flagged f
    WHERE s.project_id = %(project)s AND s.run_id = f.run_id AND s.version = f.version
"""
TOTAL = f"""
SELECT coalesce(sum(points), 0)::bigint FROM (
    SELECT {_POINTS} AS points FROM runs_metricstate WHERE project_id = %(project)s AND unsized
    UNION ALL
    SELECT z.points FROM runs_runsize z JOIN runs_metricstate s USING (project_id, run_id)
    WHERE project_id = %(project)s AND NOT s.unsized
) AS parts
"""  # noqa: S608


def points_of_project(project_id: int) -> int:
    """How many points its runs have: as counted, and of those that are flagged as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(TOTAL, {"project": project_id})
        return int(cursor.fetchone()[0])


def flag(*, project_id: int, run_id: UUID) -> None:
    """Let a run's room be counted anew, as after a file was attached."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_metricstate SET unsized = true, version = version + 1"
            " WHERE project_id = %s AND run_id = %s",
            (project_id, run_id),
        )


def flagged_projects(most: int) -> list[int]:
    """Some projects with runs to be counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT project_id FROM runs_metricstate WHERE unsized LIMIT %s", [most]
        )
        return [project_id for (project_id,) in cursor.fetchall()]


def count_flagged(project_id: int) -> int:
    """How many runs of a project are to be counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM runs_metricstate WHERE project_id = %s AND unsized", [project_id]
        )
        return int(cursor.fetchone()[0])
