"""What lists and pages ask of many runs at once: summaries and signs of life, never points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from .models import MetricState
from .records import State, Summary
from .sql import Cursor, insert_rows
from .state import RunState, decode_state

RUNS_A_TRANSACTION = 200

SYNC = """
UPDATE runs_metricstate SET stale = false
WHERE project_id = %s AND run_id IN (
    SELECT run_id FROM runs_metricstate WHERE project_id = %s AND stale
    ORDER BY run_id LIMIT %s FOR UPDATE
)
RETURNING run_id, data
"""
COLUMNS = ("project_id", "run_id", "name", "last", "first", "min", "max", "count")
CHANGED = """
ON CONFLICT (project_id, run_id, name) DO UPDATE SET
    last = excluded.last, first = excluded.first,
    min = excluded.min, max = excluded.max, count = excluded.count
WHERE (runs_metricsummary.last, runs_metricsummary.first, runs_metricsummary.min,
       runs_metricsummary.max, runs_metricsummary.count)
    IS DISTINCT FROM (excluded.last, excluded.first, excluded.min, excluded.max, excluded.count)
"""


def summaries(*, project_id: int, run_ids: Iterable[UUID]) -> dict[UUID, dict[str, Summary]]:
    """Each run's metrics by name."""
    return {run_id: state.summaries() for run_id, _, _, state in _states(project_id, run_ids)}


def states(*, project_id: int, run_ids: Iterable[UUID]) -> dict[UUID, State]:
    return {
        run_id: _state(seen, version, state)
        for run_id, seen, version, state in _states(project_id, run_ids)
    }


def at_a_glance(row: MetricState) -> tuple[State, dict[str, Summary]]:
    """Both, of a row that came with its run."""
    return _state(row.last_seen_at, row.version, row.decoded), row.decoded.summaries()


def sync_search_rows(*, project_id: int) -> None:
    """Bring MetricSummary up to date for the runs whose state moved on.

    Bounded by what changed since the last call. Runs are locked in the order of their ids.
    """
    synced = RUNS_A_TRANSACTION
    while synced == RUNS_A_TRANSACTION:
        with transaction.atomic(), connection.cursor() as cursor:
            synced = _sync(cursor, project_id)


def _sync(cursor: Cursor, project_id: int) -> int:
    cursor.execute(SYNC, (project_id, project_id, RUNS_A_TRANSACTION))
    found = cursor.fetchall()
    rows = [
        row
        for run_id, data in found
        for row in summary_rows(project_id, run_id, decode_state(data))
    ]
    insert_rows(cursor, "runs_metricsummary", COLUMNS, rows, CHANGED)
    return len(found)


def summary_rows(project_id: int, run_id: UUID, state: RunState) -> Iterator[tuple[Any, ...]]:
    """What MetricSummary holds of a run, as `COLUMNS`."""
    for name, one in state.summaries().items():
        yield project_id, run_id, name, one.last, one.first, one.min, one.max, one.count


def _state(seen: datetime, version: int, state: RunState) -> State:
    return State(
        last_seen_at=seen,
        version=version,
        points=state.points,
        attempts=state.attempts,
        writers={writer: one.acked for writer, one in state.writers.items()},
    )


def _states(
    project_id: int, run_ids: Iterable[UUID]
) -> Iterator[tuple[UUID, datetime, int, RunState]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT run_id, last_seen_at, version, data FROM runs_metricstate"
            " WHERE project_id = %s AND run_id = ANY(%s::uuid[])",
            (project_id, list(run_ids)),
        )
        for run_id, seen, version, data in cursor.fetchall():
            yield run_id, seen, version, decode_state(data)
