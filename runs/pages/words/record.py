"""What the words are made from: one run, and the facts of the two that it is set beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...metrics import Summary
from ...models import Run
from ..delivery import Delivery
from ..found import NOTHING, Found
from ..overview import Objective

Document = Mapping[str, Any]
ENDED = ("finished", "failed", "interrupted", "preempted")


@dataclass(frozen=True)
class Facts:
    """What of a run is set beside another; "" and None where nothing is known.

    Attributes:
        documents: of each kind the few fields that `reading` picks.
        value: its best value of the metric that decides.
    """

    number: int
    name: str
    address: str
    params: Mapping[str, Any] = field(default_factory=dict)
    model_version: int | None = None
    architecture: str = ""
    data_hash: str = ""
    code_hash: str = ""
    commit: str = ""
    documents: Mapping[str, Document] = field(default_factory=dict)
    value: float | None = None

    def document(self, kind: str) -> Document:
        return mapped(self.documents.get(kind))


@dataclass(frozen=True)
class Standing:
    """The run among the project's: `place` 1 is the best; runs without the metric are left out.

    Attributes:
        shared_with: how many others have the very same value.
        is_record: whether it is the best so far; of equal ones, the first that got there.
    """

    place: int
    of: int
    shared_with: int
    is_record: bool


@dataclass(frozen=True)
class Record:
    """All that may be said of a run.

    Attributes:
        run: from `runs.queries`, with metrics and state.
        status: as people see it, at the moment of looking.
        standing: None where the run has no rank: aside, or without a value.
        previous: the run that the same person began before.
        best: the best of the project's other runs, unless this run holds the record itself.
        difference: the address that says how the run differs from another (`?to=NUMBER`).
        found: what rules found in it.
    """

    run: Run
    status: str
    objective: Objective | None
    facts: Facts
    delivery: Delivery
    standing: Standing | None = None
    previous: Facts | None = None
    best: Facts | None = None
    difference: str = ""
    found: Found = NOTHING

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def decisive(self) -> Summary | None:
        """The metric that decides, if the run has it."""
        return self.run.metrics.get(self.objective.metric) if self.objective else None

    @property
    def attempts(self) -> Mapping[int, int]:
        """The step that each attempt goes on from."""
        state = self.run.state
        return state.attempts if state else {0: 0}


def mapped(value: Any) -> Document:
    return value if isinstance(value, Mapping) else {}


def whole(value: Any) -> int | None:
    """A whole number as the record gives it; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def best_of(summary: Summary, mode: str) -> tuple[float | None, float | None]:
    """The better end of a metric, and where it is."""
    if mode == "min":
        return summary.min, summary.min_step
    return summary.max, summary.max_step
