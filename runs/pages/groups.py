"""Which curves of a run belong into one chart: train, validation and batches of the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..metrics import Summary
from .overview import Objective

ROLES = {"batch/": "batch", "val_": "validation"}
SYSTEM = "system/"
# A page with thousands of charts helps nobody; the others are found by name.
MOST_CHARTS = 100
# Charts that everybody looks for first and last; the others by name between them.
FIRST, LAST = "loss", ("learning_rate",)


@dataclass(frozen=True)
class Member:
    """One curve: its metric, what it is within the group, and its summary."""

    name: str
    role: str
    summary: Summary
    direction: str

    @property
    def best(self) -> float | None:
        return self.summary.min if self.direction == "min" else self.summary.max

    @property
    def best_step(self) -> float | None:
        return self.summary.min_step if self.direction == "min" else self.summary.max_step


@dataclass(frozen=True)
class Group:
    """One chart."""

    title: str
    members: tuple[Member, ...]

    @property
    def points(self) -> int:
        return sum(member.summary.count for member in self.members)

    @property
    def is_system(self) -> bool:
        """Whether it tells of the machine rather than of the training."""
        return self.title.startswith(SYSTEM)

    def as_dict(self, objective: Objective | None = None) -> dict[str, Any]:
        """What the page's script needs to draw it; `best` is the better end of what decides."""
        decides = objective.metric if objective else None
        series = [
            {"name": member.name, "role": member.role, "unit": member.summary.unit}
            | ({"best": member.direction} if member.name == decides else {})
            for member in self.members
        ]
        return {"title": self.title, "series": series}


def groups_of(metrics: Mapping[str, Summary], directions: Mapping[str, str]) -> list[Group]:
    """The charts of a run, the loss first, what the machine did last."""
    found: dict[str, list[Member]] = {}
    for name, summary in sorted(metrics.items()):
        title, role = placed(name)
        found.setdefault(title, []).append(Member(name, role, summary, directions[name]))
    return [Group(title, tuple(found[title])) for title in sorted(found, key=_order)]


def shown_of(groups: list[Group], find: str) -> list[Group]:
    """The first `MOST_CHARTS` charts whose title holds `find`, whatever the case."""
    wanted = find.casefold()
    return [group for group in groups if wanted in group.title.casefold()][:MOST_CHARTS]


def placed(name: str) -> tuple[str, str]:
    """The chart that a metric belongs into, and its role there."""
    for prefix, role in ROLES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return name.removeprefix(prefix), role
    return name, "system" if name.startswith(SYSTEM) else "train"


def _order(title: str) -> tuple[int, str]:
    if title.startswith(SYSTEM):
        return 3, title
    return (2 if title in LAST or "/" in title else int(title != FIRST)), title
