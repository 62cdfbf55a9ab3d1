"""What lies in a run's tail, as the process that wrote it still holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .deliveries import Delivery
from .tail import Group


@dataclass
class Waiting:
    """All groups and delivery records of the tail, so that draining need not read its rows.

    `size` is in bytes, of the values alone.
    """

    groups: list[Group] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    size: int = 0

    def add(self, groups: list[Group], delivery: Delivery) -> None:
        """Take in what a batch brought."""
        self.groups += groups
        self.deliveries.append(delivery)
        self.size += sum(group.values.nbytes for group in groups)
