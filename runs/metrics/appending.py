"""Storing a batch: lock the run's state, decide, add one row to the tail, write the state once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from ahnb_platform.errors import Invalid, Missing

from . import state as states
from . import tail
from .deliveries import Delivery, encode_deliveries, find_delivery
from .folding import fold_if_due
from .limits import LIMITS, Limits
from .locking import lock_state, save_state
from .records import UNITS, Batch, Column, Place, Receipt, SeqReused
from .sql import Cursor
from .state import Delivered, RunState, add_metrics, encode_state
from .summing import update_summaries

METRICS_A_RUN = 10_000
WRITERS_A_RUN = 10_000
GAPS_A_WRITER = 10_000
ATTEMPTS_A_RUN = 10_000

STORE = """
WITH stored AS (
    INSERT INTO runs_metrictail
        (project_id, run_id, arrival, tier, format, deliveries, data)
    VALUES (%s, %s, %s, 0, %s, %s, %s)
)
UPDATE runs_metricstate
SET version = version + 1, stale = true, last_seen_at = now(), format = %s, data = %s
WHERE project_id = %s AND run_id = %s
"""


def append(*, project_id: int, run_id: UUID, batch: Batch, limits: Limits = LIMITS) -> Receipt:
    """Store a batch exactly once, inside the caller's transaction.

    A metric whose unit differs from its first one is refused by item, as is one too many.

    Raises:
        Missing: no such run (or it was deleted meanwhile).
        SeqReused: the sequence number holds other content.
        Invalid: more writers, attempts or gaps in a writer's sequence than a run may have.
    """
    place = Place(project_id, run_id)
    with connection.cursor() as cursor:
        state = lock_state(cursor, place)
        delivered = state.writers.get(batch.writer)
        if delivered and batch.seq in delivered:
            return _repeated(cursor, place, batch, delivered)
        delivered = _delivered(state, batch)
        rejected = batch.rejected + _store(cursor, place, state, batch)
        fold_if_due(cursor, place, state, limits)
    return Receipt(delivered.acked, False, rejected)


def create_state(*, project_id: int, run_id: UUID) -> None:
    """Make a run ready for batches; nothing happens if it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_metricstate"
            " (project_id, run_id, format, version, drains, stale, last_seen_at, data)"
            " VALUES (%s, %s, %s, 0, 0, false, now(), %s) ON CONFLICT DO NOTHING",
            (project_id, run_id, states.FORMAT, encode_state(RunState())),
        )


def begin_attempt(*, project_id: int, run_id: UUID, attempt: int, from_step: int) -> None:
    """A client resumes: what earlier attempts have from this step on is not part of it."""
    place = Place(project_id, run_id)
    with connection.cursor() as cursor:
        state = lock_state(cursor, place)
        _begin(state, attempt, from_step)
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


def _store(cursor: Cursor, place: Place, state: RunState, batch: Batch) -> list[dict[str, Any]]:
    """Add the batch to the tail; what of it was refused here."""
    _begin(state, batch.attempt, state.attempts.get(batch.attempt, 0))
    columns, rejected = _entered(state, batch.columns)
    groups = tail.groups_of(columns, attempt=batch.attempt, arrival=state.arrival)
    for group in groups:
        update_summaries(state, group)
    data = tail.encode_groups(groups)
    delivery = Delivery(batch.writer, batch.seq, batch.digest, batch.rejected + rejected)
    arrival = state.arrival
    state.arrival += 1
    state.tiers[0]["rows"] += 1
    state.tiers[0]["bytes"] += len(data)
    cursor.execute(
        STORE,
        (
            *place,
            arrival,
            tail.FORMAT,
            encode_deliveries([delivery]),
            data,
            states.FORMAT,
            encode_state(state),
            *place,
        ),
    )
    return rejected


def _entered(
    state: RunState, columns: list[Column]
) -> tuple[list[tuple[int, Column]], list[dict[str, Any]]]:
    """Columns with their metrics' numbers, new metrics entered; and those that may not be."""
    numbers = {name: number for number, name in enumerate(state.names)}
    fresh: list[Column] = []
    accepted, rejected = [], []
    for column in columns:
        number = numbers.get(column.name)
        if number is None and len(numbers) < METRICS_A_RUN:
            number = numbers[column.name] = len(numbers)
            fresh.append(column)
        elif number is None:
            rejected.append(_refusal(column, "too-many-metrics", "The run has too many metrics."))
            continue
        elif number < len(state.names) and _unit(state, number) != column.unit:
            detail = f"The metric has the unit {_unit(state, number)}."
            rejected.append(_refusal(column, "unit-clash", detail))
            continue
        if len(column.values):
            accepted.append((number, column))
    if fresh:
        add_metrics(state, [one.name for one in fresh], [UNITS.index(one.unit) for one in fresh])
    return accepted, rejected


def _unit(state: RunState, number: int) -> str:
    return UNITS[int(state.metrics["unit"][number])]


def _refusal(column: Column, code: str, detail: str) -> dict[str, Any]:
    name = column.name.replace("~", "~0").replace("/", "~1")
    return {"pointer": f"/metrics/{name}", "code": code, "detail": detail}
