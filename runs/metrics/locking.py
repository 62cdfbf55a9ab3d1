"""The one lock of a run: its state row. Whoever writes any of its rows holds it first."""

from __future__ import annotations

from ahnb_platform.errors import Missing

from . import state as states
from .records import Place
from .sql import Cursor
from .state import Mark, RunState, decode_state, encode_state
from .waiting import Waiting

LOCK = """
SELECT data, version, last_seen_at, frozen FROM runs_metricstate
WHERE project_id = %s AND run_id = %s FOR UPDATE
"""
SAVE = """
UPDATE runs_metricstate
SET version = version + 1, drains = drains + %s, stale = true, unsized = true, last_seen_at = now(),
    format = %s, data = %s
WHERE project_id = %s AND run_id = %s
RETURNING version, last_seen_at
"""


def lock_state(cursor: Cursor, place: Place) -> RunState:
    """The run's state, locked until the transaction ends. Raises Missing."""
    cursor.execute(LOCK, place)
    row = cursor.fetchone()
    if row is None:
        raise Missing
    state = decode_state(row[0])
    state.mark, state.is_frozen = Mark(row[1], row[2]), row[3]
    if not state.tiers["rows"].any():
        state.waiting = Waiting()
    return state


def save_state(cursor: Cursor, place: Place, state: RunState, *, drains: int = 0) -> None:
    """Write the state; `drains` says how often points moved into chunks."""
    cursor.execute(SAVE, (drains, states.FORMAT, encode_state(state), *place))
    state.mark = Mark(*cursor.fetchone())
