"""Whole runs at once: of runs that are over when they come, the rows that `append` would write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from ..copying import copy_rows
from . import state as states
from . import tail
from .appending import Entered, enter
from .deliveries import encode_deliveries
from .glances import COLUMNS, summary_rows
from .records import Batch
from .state import RunState, encode_state

STATE = ("project_id", "run_id", "format", "version", "drains", "stale", "last_seen_at", "data")
TAIL = ("project_id", "run_id", "arrival", "tier", "format", "deliveries", "data")


class WholeRun(NamedTuple):
    """A run's only batch, and when it gave its last sign of life."""

    run_id: UUID
    batch: Batch
    last_seen_at: datetime


def add_runs(*, project_id: int, runs: Iterable[WholeRun]) -> None:
    """Store runs that are new, inside the caller's transaction; searches see them at once."""
    entered: list[tuple[WholeRun, RunState, Entered]] = []
    for run in runs:
        state = RunState()
        entered.append((run, state, enter(state, run.batch)))
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            "runs_metricstate",
            STATE,
            (
                (
                    *(project_id, run.run_id, states.FORMAT, 1, 0, False),
                    *(run.last_seen_at, encode_state(state)),
                )
                for run, state, _ in entered
            ),
        )
        copy_rows(
            cursor,
            "runs_metrictail",
            TAIL,
            (
                (
                    *(project_id, run.run_id, new.arrival, 0, tail.FORMAT),
                    *(encode_deliveries([new.delivery]), new.data),
                )
                for run, _, new in entered
            ),
        )
        copy_rows(
            cursor,
            "runs_metricsummary",
            COLUMNS,
            (
                row
                for run, state, _ in entered
                for row in summary_rows(project_id, run.run_id, state)
            ),
        )
