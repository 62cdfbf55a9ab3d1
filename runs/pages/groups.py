"""Which curves of a run belong into one chart: train, validation and batches of the same thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..metrics import Summary
from .overview import Objective

ROLES = {
    "batch/": "batch",
    "val_": "validation",
    # How people name them who log by hand, or come from other programs.
    "train/": "train",
    "training/": "train",
    "train_": "train",
    "val/": "validation",
    "valid/": "validation",
    "validation/": "validation",
}
SYSTEM = "system/"
# A page with thousands of charts helps nobody; the others are found by name.
MOST_CHARTS = 1000
# With more charts than this, sections beside the first begin folded.
MOST_UNFOLDED = 40
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
    """One chart. `number` is its place on the page."""

    title: str
    members: tuple[Member, ...]
    number: int = 0

    @property
    def points(self) -> int:
        return sum(member.summary.count for member in self.members)

    @property
    def prefix(self) -> str:
        """What stands before the first slash; "" without one."""
        return self.title.partition("/")[0] if "/" in self.title else ""

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


@dataclass(frozen=True)
class Section:
    """Charts under one heading: those whose names begin alike; `prefix` is "" for the others."""

    prefix: str
    groups: tuple[Group, ...]
    is_open: bool

    @property
    def metrics(self) -> int:
        return sum(len(group.members) for group in self.groups)

    @property
    def is_system(self) -> bool:
        return f"{self.prefix}/" == SYSTEM


def groups_of(metrics: Mapping[str, Summary], directions: Mapping[str, str]) -> list[Group]:
    """The charts of a run, the loss first, what the machine did last."""
    found: dict[str, list[Member]] = {}
    for name, summary in sorted(metrics.items()):
        title, role = placed(name)
        found.setdefault(title, []).append(Member(name, role, summary, directions[name]))
    return [Group(title, tuple(found[title])) for title in sorted(found, key=_order)]


def shown_of(groups: list[Group], find: str) -> list[Group]:
    """The first `MOST_CHARTS` charts of which a name holds `find`, whatever the case; numbered."""
    wanted = find.casefold()
    found = [group for group in groups if _is_named(group, wanted)][:MOST_CHARTS]
    return [replace(group, number=number) for number, group in enumerate(found)]


def _is_named(group: Group, wanted: str) -> bool:
    names = (group.title, *(member.name for member in group.members))
    return any(wanted in name.casefold() for name in names)


def sections_of(groups: list[Group]) -> list[Section]:
    """The charts by prefix, in their order; what is alone with its prefix stands in the first."""
    counts = Counter(group.prefix for group in groups)
    found: dict[str, list[Group]] = {}
    for group in groups:
        stands_alone = counts[group.prefix] == 1 and not group.is_system
        found.setdefault("" if stands_alone else group.prefix, []).append(group)
    few = len(groups) <= MOST_UNFOLDED
    return [
        Section(prefix, tuple(found[prefix]), not prefix or (few and f"{prefix}/" != SYSTEM))
        for prefix in sorted(found, key=lambda prefix: (f"{prefix}/" == SYSTEM, prefix))
    ]


def placed(name: str) -> tuple[str, str]:
    """The chart that a metric belongs into, and its role there."""
    for prefix, role in ROLES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return name.removeprefix(prefix), role
    before, slash, last = name.rpartition("/")
    if slash and last.startswith("val_") and len(last) > 4:
        return f"{before}/{last.removeprefix('val_')}", "validation"
    return name, "system" if name.startswith(SYSTEM) else "train"


def _order(title: str) -> tuple[int, str]:
    if title.startswith(SYSTEM):
        return 3, title
    return (2 if title in LAST or "/" in title else int(title != FIRST)), title
