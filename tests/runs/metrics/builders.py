"""Runs and batches for the tests of the store."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field

import numpy as np
from django.db import connection

from runs import metrics
from runs.metrics import Batch, Column, Receipt
from runs.metrics.limits import LIMITS, Limits
from runs.metrics.models import MetricState

from .model import Model, Point

PROJECT = 7
NOW = 1_763_870_000.125
TABLES = ("tail", "state", "writer", "chunk", "summary")


def column(name, values, *, steps=None, unit="step", times=None, at_step=None) -> Column:
    """Values at steps 0, 1, 2, … a tenth of a second apart, unless told otherwise."""
    count = len(values)
    steps = np.arange(count) if steps is None else np.array(steps, np.int64)
    times = NOW + 0.1 * np.arange(count) if times is None else np.array(times, np.float64)
    return Column(
        name=name,
        unit=unit,
        steps=None if unit == "time" else steps,
        times=times,
        at_step=None if at_step is None else np.array(at_step, np.int64),
        values=np.array(values, np.float64),
    )


@dataclass
class Story:
    """A run in the store, and beside it the model of what it should hold."""

    limits: Limits = LIMITS
    run_id: uuid.UUID = field(default_factory=uuid.uuid4)
    model: Model = field(default_factory=Model)
    writer: uuid.UUID = field(default_factory=uuid.uuid4)
    seq: int = 0

    def __post_init__(self) -> None:
        metrics.create_state(**self.place)

    @property
    def place(self) -> dict:
        return {"project_id": PROJECT, "run_id": self.run_id}

    def send(self, *columns: Column, attempt=0, writer=None, seq=None, rejected=()) -> Receipt:
        self.seq = seq or self.seq + 1
        content = repr([(c.name, attempt, c.times.tobytes(), c.values.tobytes()) for c in columns])
        digest = hashlib.blake2b(content.encode(), digest_size=8).digest()
        batch = Batch(
            writer or self.writer, self.seq, attempt, digest, list(columns), list(rejected)
        )
        receipt = metrics.store(**self.place, batch=batch, limits=self.limits)
        if not receipt.duplicate:
            self._remember(batch)
        return receipt

    def begin(self, attempt: int, from_step: int) -> None:
        metrics.begin_attempts(**self.place, attempts={attempt: from_step})
        self.model.attempts[attempt] = from_step

    def fold(self) -> None:
        metrics.fold(**self.place, limits=self.limits)

    def read(self, name, points=10**6, **window) -> metrics.Series:
        found = metrics.series(**self.place, names=[name], points=points, with_times=True, **window)
        return found[name]

    def summary(self, name) -> metrics.Summary:
        return metrics.summaries(project_id=PROJECT, run_ids=[self.run_id])[self.run_id][name]

    def curve(self, name, points) -> dict[uuid.UUID, metrics.Series]:
        """The metric as lists of runs draw it; empty where the run does not have it."""
        states = MetricState.objects.filter(project_id=PROJECT, run_id=self.run_id)
        return metrics.series_of_runs(project_id=PROJECT, states=states, name=name, points=points)

    def ends(self, **wanted: int) -> dict[str, np.ndarray]:
        """The last values of metrics, as tables of runs read them."""
        states = MetricState.objects.filter(project_id=PROJECT, run_id=self.run_id)
        found = metrics.last_values(project_id=PROJECT, states=states, wanted=wanted)
        return found[self.run_id]

    def levels(self, name) -> int:
        """The highest level of the metric's tree, -1 without one."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(level) FROM runs_metricchunk WHERE run_id = %s AND metric = %s",
                [self.run_id, list(self.model.units).index(name)],
            )
            (level,) = cursor.fetchone()
        return -1 if level is None else level

    def rows(self) -> dict[str, int]:
        return {table: self._count(table) for table in TABLES}

    def _count(self, table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM runs_metric{table} WHERE run_id = %s", [self.run_id]
            )
            return cursor.fetchone()[0]

    def _remember(self, batch: Batch) -> None:
        self.model.attempts.setdefault(batch.attempt, 0)
        for one in batch.columns:
            if self.model.units.setdefault(one.name, one.unit) == one.unit:
                self.model.points += _points(one, batch.attempt)


def _points(one: Column, attempt: int) -> list[Point]:
    count = len(one.values)
    x = one.times if one.steps is None else one.steps
    places = [None] * count if one.at_step is None else one.at_step.tolist()
    rows = zip(x.tolist(), one.times.tolist(), places, one.values.tolist(), strict=True)
    return [Point(one.name, attempt, *row) for row in rows]
