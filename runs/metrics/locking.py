"""The one lock of a run: its state row. Whoever writes any of its rows holds it first."""

from __future__ import annotations

from ahnb_platform.errors import Missing

from . import state as states
from .records import Place
from .sql import Cursor
from .state import RunState, decode_state, encode_state

LOCK = "SELECT data FROM runs_metricstate WHERE project_id = %s AND run_id = %s FOR UPDATE"
SAVE = """
UPDATE runs_metricstate
SET version = version + 1, stale = true, last_seen_at = now(), format = %s, data = %s
WHERE project_id = %s AND run_id = %s
"""


def lock_state(cursor: Cursor, place: Place) -> RunState:
    """The run's state, locked until the transaction ends. Raises Missing."""
    cursor.execute(LOCK, place)
    row = cursor.fetchone()
    if row is None:
        raise Missing
    return decode_state(row[0])


def save_state(cursor: Cursor, place: Place, state: RunState) -> None:
    cursor.execute(SAVE, (states.FORMAT, encode_state(state), *place))
