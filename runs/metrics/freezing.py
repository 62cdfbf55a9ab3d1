"""Closing a run to batches, and opening it again."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from .locking import lock_state
from .records import Place

# Another version: whoever remembers the state has to read it, and that it is frozen.
SET = """
UPDATE runs_metricstate SET frozen = %s, version = version + 1
WHERE project_id = %s AND run_id = %s
"""


def set_frozen(*, project_id: int, run_id: UUID, frozen: bool) -> None:
    """From the caller's commit on, batches are refused (or taken again).

    One that holds the run's lock is waited for. Raises Missing.
    """
    place = Place(project_id, run_id)
    with connection.cursor() as cursor:
        lock_state(cursor, place)
        cursor.execute(SET, (frozen, *place))
