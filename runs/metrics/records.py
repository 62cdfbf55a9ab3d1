"""What goes into the store and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from ahnb_platform.errors import Conflict, Gone

UNITS = ("step", "epoch", "time")
TIME = UNITS.index("time")
EPOCH = UNITS.index("epoch")


class SeqReused(Conflict):
    """The sequence number holds other content already."""

    code = "seq-reused"

    def __init__(self, detail: str = "This sequence number holds other content.") -> None:
        super().__init__(detail)


class Frozen(Gone):
    """The run was frozen. To clients it is as 410 always is: stop sending, keep the records."""

    code = "run-frozen"

    def __init__(
        self, detail: str = "The run is frozen and takes nothing more; an owner can unfreeze it."
    ) -> None:
        super().__init__(detail)


class Place(NamedTuple):
    """Where a run's rows lie."""

    project_id: int
    run_id: UUID


class Column(NamedTuple):
    """Points of one metric in a batch; all arrays have the length of `values`.

    `steps` and `at_step` are int64 (0 to 2^53 - 1), `times` float64 UTC seconds and finite,
    `values` float64 with NaN and infinities. A metric of unit "time" has no steps. Columns that
    share an axis should share its arrays: they are then stored once.
    """

    name: str
    unit: str
    steps: NDArray[np.int64] | None
    times: NDArray[np.float64]
    at_step: NDArray[np.int64] | None
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """What a writer sent under one sequence number; `digest` is 8 bytes over its content."""

    writer: UUID
    seq: int
    attempt: int
    digest: bytes
    columns: list[Column]
    rejected: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Receipt:
    """The answer to a batch: highest sequence number without a gap, and what was refused."""

    acked: int
    duplicate: bool
    rejected: list[dict[str, Any]]


@dataclass(slots=True)
class Summary:
    """A metric at a glance. Values are finite; None where there is no finite point.

    `last` is of the newest attempt that has finite points, by step and then arrival. `first` and
    the extremes are over what counts: of each attempt the points before the step to which a later
    one went back. `count` and `nonfinite` are of all that came. The steps are seconds for unit
    "time".
    """

    unit: str
    last: float | None
    first: float | None
    min: float | None
    max: float | None
    count: int
    nonfinite: int
    last_step: float | None
    min_step: float | None
    max_step: float | None
    first_step: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "last": self.last,
            "first": self.first,
            "min": self.min,
            "max": self.max,
            "count": self.count,
            "nonfinite": self.nonfinite,
            "last_step": self.last_step,
            "min_step": self.min_step,
            "max_step": self.max_step,
            "unit": self.unit,
        }


@dataclass(frozen=True)
class Series:
    """A stretch of one metric: its points (`exact`), or the extremes of buckets.

    `x`, `low` and `high` have one length, `times` too where asked for; `low` and `high` are None
    for a bucket without a finite value. `first` and `last` are the outermost points.
    """

    unit: str | None
    total: int = 0
    exact: bool = True
    x: list[float] = field(default_factory=list)
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)
    first: tuple[float, float | str] | None = None
    last: tuple[float, float | str] | None = None
    nonfinite: list[tuple[float, float | str]] = field(default_factory=list)
    nonfinite_total: int = 0
    times: list[float] | None = None

    def as_dict(self) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "unit": self.unit,
            "total": self.total,
            "exact": self.exact,
            "x": self.x,
            "min": self.low,
            "max": self.high,
            "first": self.first and list(self.first),
            "last": self.last and list(self.last),
            "nonfinite": [list(point) for point in self.nonfinite],
            "nonfinite_total": self.nonfinite_total,
        }
        if self.times is not None:
            entry["t"] = self.times
        return entry


@dataclass(frozen=True)
class State:
    """A run's sign of life and delivery: what each writer has delivered without a gap."""

    last_seen_at: datetime
    version: int
    points: int
    attempts: dict[int, int]
    writers: dict[UUID, int]


def coded(value: float) -> float | str:
    """A value as the contract writes it: non-finite ones are words."""
    if value != value:
        return "NaN"
    if value in (np.inf, -np.inf):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)
