"""Room for points: of a project whose points have a limit, how many came, and how many may.

A project without a limit has no rows here and pays nothing. Of others each batch raises one of
`SHARDS` rows in the statement that stores it, and the database refuses the whole batch where that
row is full. `runs.life.points` divides what is left among the rows, so that a batch is refused
only when it fits nowhere. Whoever takes a run's state and one of these rows takes the state first.
"""

from __future__ import annotations

import time
from uuid import UUID

from django.db import IntegrityError, connection

SHARDS = 8
FULL = "runs_pointsroom_full"
# How long a process believes that a project has, or has no limit.
TRUSTED_SECONDS = 0.5
MOST_KNOWN = 10_000

COUNT = """
    UPDATE runs_pointsroom SET points = points + %s
    WHERE project_id = %s AND shard = %s AND EXISTS (SELECT FROM saved)
"""
GIVE_BACK = """
UPDATE runs_pointsroom SET points = points - %s WHERE project_id = %s AND shard = %s
"""
_known: dict[int, tuple[float, bool]] = {}


class Full(Exception):
    """A batch did not fit into its row; nothing of it is stored.

    Attributes:
        points: how many it brings.
    """

    def __init__(self, points: int) -> None:
        super().__init__(points)
        self.points = points


def is_counted(project_id: int) -> bool:
    """Whether the project's points have a limit, as it was at most half a second ago."""
    until, found = _known.get(project_id, (0.0, False))
    if time.monotonic() < until:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM runs_pointsroom WHERE project_id = %s)", [project_id]
        )
        found = bool(cursor.fetchone()[0])
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[project_id] = (time.monotonic() + TRUSTED_SECONDS, found)
    return found


def forget() -> None:
    """Ask again from now on."""
    _known.clear()


def shard_of(run_id: UUID) -> int:
    """The row that a run's points are counted in."""
    return run_id.int % SHARDS


def is_full(error: IntegrityError) -> bool:
    """Whether the database refused a batch because its row is full."""
    return FULL in str(error)
