"""Storing a batch: lock the run's state, decide, add one row to the tail, write the state once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from ahnb_platform.errors import Invalid, Missing

from . import memory, room, tail
from . import state as states
from .deliveries import Delivery, encode_deliveries, find_delivery
from .folding import fold_if_due, is_fold_due
from .limits import LIMITS, Limits
from .locking import lock_state, save_state
from .records import UNITS, Batch, Column, Frozen, Place, Receipt, SeqReused
from .replacing import recount
from .sql import Cursor, plain_cursor
from .state import Delivered, Mark, RunState, add_metrics, encode_state
from .summing import update_summaries
from .tail import Group

METRICS_A_RUN = 10_000
WRITERS_A_RUN = 10_000
GAPS_A_WRITER = 10_000
ATTEMPTS_A_RUN = 10_000

# Nothing is stored unless the state's row is still the one that the new state was made from.
STORE = """
WITH saved AS (
    UPDATE runs_metricstate
    SET version = version + 1, stale = true, unsized = true, last_seen_at = now(),
        format = %s, data = %s
    WHERE project_id = %s AND run_id = %s AND version = %s AND last_seen_at = %s
    RETURNING version, last_seen_at
), stored AS (
    INSERT INTO runs_metrictail
        (project_id, run_id, arrival, tier, format, deliveries, data)
    SELECT %s, %s, %s, 0, %s, %s, %s FROM saved
){counted}
SELECT version, last_seen_at FROM saved
"""
PLAIN = STORE.replace("{counted}", "")
COUNTED = STORE.replace("{counted}", f", counted AS ({room.COUNT})")


def store(*, project_id: int, run_id: UUID, batch: Batch, limits: Limits = LIMITS) -> Receipt:
    """`append` in a transaction of its own: mostly one statement, without reading anything."""
    place = Place(project_id, run_id)
    known = None if connection.in_atomic_block else memory.take(place)
    receipt = _append_to_known(place, known, batch, limits) if known else None
    if receipt is not None:
        return receipt
    with transaction.atomic():
        return _append(place, known, batch, limits)


def append(*, project_id: int, run_id: UUID, batch: Batch, limits: Limits = LIMITS) -> Receipt:
    """Store a batch exactly once, inside the caller's transaction.

    A metric whose unit differs from its first one is refused by item, as is one too many.

    Raises:
        Missing: no such run (or it was deleted meanwhile).
        SeqReused: the sequence number holds other content.
        Frozen: the run takes nothing more; repeats of what it took are answered as ever.
        Full: the project's points have a limit, and the batch does not fit.
        Invalid: more writers, attempts or gaps in a writer's sequence than a run may have.
    """
    return _append(Place(project_id, run_id), None, batch, limits)


def _append(place: Place, known: RunState | None, batch: Batch, limits: Limits) -> Receipt:
    """`append`; `known` is the state as this process wrote it last."""
    with connection.cursor() as cursor:
        state = lock_state(cursor, place)
        if known and known.mark == state.mark:
            state.waiting = known.waiting
        delivered = state.writers.get(batch.writer)
        if delivered and batch.seq in delivered:
            return _repeated(cursor, place, batch, delivered)
        if state.is_frozen:
            raise Frozen
        if batch.attempt not in state.attempts:
            # Until its event comes it stands for all of the run.
            _begin(state, batch.attempt, 0)
            recount(cursor, place, state)
        entered = enter(state, batch)
        _execute(cursor, place, state, entered)
        fold_if_due(cursor, place, state, limits)
    transaction.on_commit(lambda: memory.keep(place, state))
    return entered.receipt


def _append_to_known(place: Place, state: RunState, batch: Batch, limits: Limits) -> Receipt | None:
    """Store a batch on top of the state that this process wrote last.

    None, and nothing is stored, where that takes more: somebody else wrote the run since, the
    batch is a repeat, or rows are to be folded.
    """
    delivered = state.writers.get(batch.writer)
    if delivered and batch.seq in delivered:
        memory.keep(place, state)
        return None
    if batch.attempt not in state.attempts:
        return None
    try:
        entered = enter(state, batch)
    except Invalid:
        # Perhaps no more, by now: who holds the lock decides.
        return None
    if is_fold_due(state, limits):
        return None
    with plain_cursor() as cursor:
        if not _execute(cursor, place, state, entered):
            return None
    memory.keep(place, state)
    return entered.receipt


def create_state(*, project_id: int, run_id: UUID) -> None:
    """Make a run ready for batches; nothing happens if it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_metricstate"
            " (project_id, run_id, format, version, drains, stale, last_seen_at, data)"
            " VALUES (%s, %s, %s, 0, 0, false, now(), %s) ON CONFLICT DO NOTHING",
            (project_id, run_id, states.FORMAT, encode_state(RunState())),
        )


def begin_attempts(*, project_id: int, run_id: UUID, attempts: Mapping[int, int]) -> None:
    """A client resumes: what earlier attempts have from a step on is not part of it.

    However many begin, the summaries are worked out anew once.

    Args:
        attempts: from which step on, by their numbers.
    """
    place = Place(project_id, run_id)
    with connection.cursor() as cursor:
        state = lock_state(cursor, place)
        before = dict(state.attempts)
        for attempt, from_step in attempts.items():
            _begin(state, attempt, from_step)
        if state.attempts != before:
            recount(cursor, place, state)
        save_state(cursor, place, state)


def touch(*, project_id: int, run_id: UUID) -> None:
    """A sign of life without points. Raises Missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_metricstate SET last_seen_at = now()"
            " WHERE project_id = %s AND run_id = %s",
            (project_id, run_id),
        )
        if not cursor.rowcount:
            raise Missing


def _repeated(cursor: Cursor, place: Place, batch: Batch, delivered: Delivered) -> Receipt:
    stored = find_delivery(cursor, place, batch.writer, batch.seq)
    if stored is None or stored.digest != batch.digest:
        raise SeqReused
    return Receipt(delivered.acked, True, stored.rejected)


def _begin(state: RunState, attempt: int, from_step: int) -> None:
    state.attempts[attempt] = from_step
    if len(state.attempts) > ATTEMPTS_A_RUN:
        raise Invalid("The run has too many attempts.", code="too-many-attempts")


def _delivered(state: RunState, batch: Batch) -> Delivered:
    delivered = state.writers.setdefault(batch.writer, Delivered())
    delivered.add(batch.seq)
    if len(state.writers) > WRITERS_A_RUN:
        raise Invalid("The run has too many writers.", code="too-many-writers")
    if len(delivered.beyond) > GAPS_A_WRITER:
        raise Invalid("The writer's sequence has too many gaps.", code="too-many-gaps")
    return delivered


class Entered(NamedTuple):
    """A batch that a state has taken in: its row, and what is answered."""

    arrival: int
    delivery: Delivery
    groups: list[Group]
    data: bytes
    receipt: Receipt
    points: int


def enter(state: RunState, batch: Batch) -> Entered:
    """Bring the state up to date with the batch. Raises Invalid."""
    delivered, before = _delivered(state, batch), state.points
    _begin(state, batch.attempt, state.attempts.get(batch.attempt, 0))
    columns, refused = _entered_columns(state, batch.columns)
    groups = tail.groups_of(columns, attempt=batch.attempt, arrival=state.arrival)
    for group in groups:
        update_summaries(state, group)
    data = tail.encode_groups(groups)
    rejected = batch.rejected + refused
    delivery = Delivery(batch.writer, batch.seq, batch.digest, rejected)
    arrival = state.arrival
    state.arrival += 1
    rows, size = state.tiers[0].tolist()
    state.tiers[0] = (rows + 1, size + len(data))
    receipt = Receipt(delivered.acked, False, rejected)
    return Entered(arrival, delivery, groups, data, receipt, state.points - before)


def _execute(cursor: Cursor, place: Place, state: RunState, entered: Entered) -> bool:
    """Write the row and the state; False, and nothing is written, if its row is another by now."""
    values = (
        states.FORMAT,
        encode_state(state),
        *place,
        *(state.mark or ()),
        *place,
        entered.arrival,
        tail.FORMAT,
        encode_deliveries([entered.delivery]),
        entered.data,
    )
    if entered.points and room.is_counted(place.project_id):
        counted = (entered.points, place.project_id, room.shard_of(place.run_id))
        _execute_counted(cursor, values + counted, entered.points)
    else:
        cursor.execute(PLAIN, values)
    row = cursor.fetchone()
    if row is None:
        return False
    state.mark = Mark(*row)
    if state.waiting:
        state.waiting.add(entered.groups, entered.delivery)
    return True


def _execute_counted(cursor: Cursor, values: tuple[Any, ...], points: int) -> None:
    """Store and count in one statement, which does neither where there is no room."""
    try:
        with connection.wrap_database_errors:
            cursor.execute(COUNTED, values)
    except IntegrityError as error:
        if not room.is_full(error):
            raise
        raise room.Full(points) from error


def _entered_columns(
    state: RunState, columns: list[Column]
) -> tuple[list[tuple[int, Column]], list[dict[str, Any]]]:
    """Columns with their metrics' numbers, new metrics entered; and those that may not be."""
    known = state.entries
    fresh: list[Column] = []
    accepted, rejected = [], []
    for column in columns:
        number, unit = known.get(column.name, (len(known) + len(fresh), column.unit))
        if number >= METRICS_A_RUN:
            rejected.append(_refusal(column, "too-many-metrics", "The run has too many metrics."))
            continue
        if unit != column.unit:
            rejected.append(_refusal(column, "unit-clash", f"The metric has the unit {unit}."))
            continue
        if column.name not in known:
            fresh.append(column)
        if len(column.values):
            accepted.append((number, column))
    if fresh:
        add_metrics(state, [one.name for one in fresh], [UNITS.index(one.unit) for one in fresh])
    return accepted, rejected


def _refusal(column: Column, code: str, detail: str) -> dict[str, Any]:
    name = column.name.replace("~", "~0").replace("/", "~1")
    return {"pointer": f"/metrics/{name}", "code": code, "detail": detail}
