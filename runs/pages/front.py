"""What stands above the runs of a project: tiles that can be proved from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from projects.models import Project

from .. import metrics
from .overview import Glance
from .records import Record

STATUSES = ("running", "finished", "failed", "interrupted", "preempted", "lost")


@dataclass(frozen=True)
class Gain:
    """By how much the best run beats the one that was best before it."""

    amount: float
    previous: Record


def front_of(glance: Glance, records: Sequence[Record]) -> dict[str, Any]:
    """The context of the page's upper part."""
    return {
        "statuses": [(name, glance.statuses[name]) for name in STATUSES if name in glance.statuses],
        "record_curve": [record.value for record in records],
        "gain": gain_of(records),
    }


def stored_bytes_of(project: Project) -> int:
    """How much room the points of all its runs take, without indexes."""
    return sum(metrics.stored_bytes(project_id=project.pk).values())


def gain_of(records: Sequence[Record]) -> Gain | None:
    """The last improvement; None before there was one."""
    if len(records) < 2:
        return None
    return Gain(records[-1].value - records[-2].value, records[-2])
