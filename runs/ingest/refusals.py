"""The entries of `rejected`, kept to a bounded number."""

from typing import Any

from .fault import Fault

MOST = 1_000


class Refusals:
    """Collects what is refused; beyond `MOST` it only counts."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._more = 0

    def add(self, prefix: str, fault: Fault) -> None:
        """Note a fault of the item at `prefix`."""
        if len(self._entries) < MOST:
            self._entries.append(fault.at(prefix))
        else:
            self._more += 1

    def entries(self) -> list[dict[str, Any]]:
        """All entries; the last one tells how many more there would be."""
        if not self._more:
            return self._entries
        return [
            *self._entries,
            Fault("", "more", f"{self._more} further items are refused.").at(""),
        ]
