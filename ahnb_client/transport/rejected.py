"""What the server refused of batches that it took: counted, and named to it as lost."""

import gzip
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .batch import event_text

PAUSE_SECONDS = 60.0  # between two accounts of a run that goes on
MOST_NAMES = 50
_LONGEST_PART = 255  # of a pointer


class Rejections:
    """Values by reason, and the metrics that they belong to, since the server was last told."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._metrics: dict[str, str] = {}
        self._not_before = 0.0

    def add(self, rejected: Iterable[Any], body: bytes) -> dict[str, Any]:
        """Count what an answer to a batch refuses; gives the metrics that are lost whole.

        Args:
            rejected: `{pointer, code, detail}` of each item.
            body: of the batch, compressed.
        """
        batch = _Batch(body)
        lost: dict[str, Any] = {}
        for item in rejected:
            if not isinstance(item, dict):
                continue
            part, *place = str(item.get("pointer") or "").split("/")[1:] or [""]
            if part == "events":
                self._counts["refused-event"] += 1
            for name, values in batch.hit(part, place):
                self._counts["refused"] += values
                self._name(name, str(item.get("detail")))
                if part == "metrics" and len(place) == 1:
                    lost[name] = batch.column(name)
        return lost

    def _name(self, name: str, detail: str) -> None:
        if len(self._metrics) < MOST_NAMES:
            self._metrics.setdefault(name, detail)

    def events(self, *, is_last: bool) -> list[str]:
        """A `lost` event of what was counted; none while the last one is fresh."""
        if not +self._counts or (not is_last and time.monotonic() < self._not_before):
            return []
        data = {"reasons": dict(self._counts), "metrics": self._metrics}
        self._not_before = time.monotonic() + PAUSE_SECONDS
        self._counts, self._metrics = Counter(), {}
        return [event_text("lost", data)]


class _Batch:
    """A batch as it was sent, to look up what pointers mean."""

    def __init__(self, body: bytes) -> None:
        document = json.loads(gzip.decompress(body))
        self._axes, self._metrics = document["axes"], document["metrics"]
        self._names = {_escaped(name): name for name in self._metrics}

    def hit(self, part: str, place: list[str]) -> Iterable[tuple[str, int]]:
        """The metrics that an item means, and how many values of each."""
        if part == "metrics" and place and place[0] in self._names:
            name = self._names[place[0]]
            return [(name, 1 if place[1:2] == ["v"] and place[2:] else self._count(name))]
        if part == "axes" and len(place) == 3 and place[0].isdigit() and place[2].isdigit():
            axis, position = int(place[0]), int(place[2])
            return [(name, 1) for name in self._metrics if self._has(name, axis, position)]
        return []

    def column(self, name: str) -> Mapping[str, Any]:
        """A metric with its axis."""
        metric = self._metrics[name]
        return {"axis": self._axes[metric["axis"]], "v": metric["v"]}

    def _count(self, name: str) -> int:
        return sum(value is not None for value in self._metrics[name]["v"])

    def _has(self, name: str, axis: int, position: int) -> bool:
        metric = self._metrics[name]
        values = metric["v"]
        is_there = metric["axis"] == axis and position < len(values)
        return is_there and values[position] is not None


def _escaped(name: str) -> str:
    """A name as it stands in a pointer: what is long is cut."""
    if len(name) > _LONGEST_PART:
        name = name[:_LONGEST_PART] + "…"
    return name.replace("~", "~0").replace("/", "~1")
