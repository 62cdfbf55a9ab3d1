"""Folding: small batches become fewer rows, and a long tail becomes chunks.

Joining: thirty-two batches, or eight rows of a tier, become one row of the next tier as long as
they are small, so that a point is rewritten once a tier. Draining: when the tail holds enough, all
its points go into the trees and its delivery records into the writers' pages.
"""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from . import tail
from .deliveries import Delivery, decode_deliveries, encode_deliveries, file_deliveries
from .limits import LIMITS, Limits
from .locking import lock_state, save_state
from .nodes import insert_points
from .records import Place
from .sql import Cursor
from .state import TIERS, RunState
from .tail import Group, decode_groups, encode_groups, joined_groups, series_of
from .waiting import Waiting

TAKE = """
DELETE FROM runs_metrictail
WHERE project_id = %s AND run_id = %s AND tier BETWEEN %s AND %s
RETURNING arrival, deliveries, data
"""
DROP = "DELETE FROM runs_metrictail WHERE project_id = %s AND run_id = %s"
PUT = """
INSERT INTO runs_metrictail (project_id, run_id, arrival, tier, format, deliveries, data)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


class Taken(NamedTuple):
    """Rows taken from the tail, oldest first, as one."""

    arrival: int
    deliveries: list[Delivery]
    groups: list[Group]


def fold(*, project_id: int, run_id: UUID, limits: Limits = LIMITS) -> None:
    """Bring all points of the run into chunks. Raises Missing."""
    place = Place(project_id, run_id)
    with transaction.atomic(), connection.cursor() as cursor:
        state = lock_state(cursor, place)
        if state.tiers["rows"].any():
            _drain(cursor, place, state, limits)


def fold_if_due(cursor: Cursor, place: Place, state: RunState, limits: Limits) -> None:
    """Keep the tail short; the state is locked and as stored."""
    if _is_long(state, limits):
        _drain(cursor, place, state, limits)
        return
    while (tier := _crowded(state, limits)) is not None:
        _join(cursor, place, state, tier)


def is_fold_due(state: RunState, limits: Limits) -> bool:
    """Whether `fold_if_due` would do anything."""
    return _is_long(state, limits) or _crowded(state, limits) is not None


def _is_long(state: RunState, limits: Limits) -> bool:
    limit = max(limits.drain_bytes, limits.drain_bytes_a_metric * len(state.names))
    return bool(state.tiers["bytes"].sum() >= limit)


def _crowded(state: RunState, limits: Limits) -> int | None:
    """A tier of many small rows."""
    for tier, (rows, size) in enumerate(state.tiers[:-1].tolist()):
        if rows >= (limits.join_rows if tier else limits.join_batches) and size < limits.join_bytes:
            return tier
    return None


def _join(cursor: Cursor, place: Place, state: RunState, tier: int) -> None:
    taken = _take(cursor, place, tier, tier)
    data = encode_groups(taken.groups, compact=True)
    deliveries = encode_deliveries(taken.deliveries)
    cursor.execute(PUT, (*place, taken.arrival, tier + 1, tail.FORMAT, deliveries, data))
    state.tiers[tier] = (0, 0)
    state.tiers[tier + 1]["rows"] += 1
    state.tiers[tier + 1]["bytes"] += len(data)
    save_state(cursor, place, state)


def _drain(cursor: Cursor, place: Place, state: RunState, limits: Limits) -> None:
    waiting = _emptied(cursor, place, state)
    insert_points(cursor, place, series_of(joined_groups(waiting.groups)), limits)
    file_deliveries(cursor, place, waiting.deliveries)
    state.waiting = Waiting()
    state.tiers[:] = (0, 0)
    save_state(cursor, place, state, drains=1)


def _emptied(cursor: Cursor, place: Place, state: RunState) -> Waiting:
    """All that was in the tail, read only where this process does not hold it."""
    if state.waiting is None:
        taken = _take(cursor, place, 0, TIERS)
        return Waiting(taken.groups, taken.deliveries)
    cursor.execute(DROP, place)
    return state.waiting


def _take(cursor: Cursor, place: Place, low: int, high: int) -> Taken:
    cursor.execute(TAKE, (*place, low, high))
    rows = sorted(cursor.fetchall(), key=itemgetter(0))
    return Taken(
        arrival=rows[-1][0],
        deliveries=[one for _, data, _ in rows for one in decode_deliveries(data)],
        groups=joined_groups([group for _, _, data in rows for group in decode_groups(data)]),
    )
