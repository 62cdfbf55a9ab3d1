"""What a run left in its spool, as a test wants to look at it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from ahnb_client import record


class Point(NamedTuple):
    step: int
    value: float
    at_step: int | None
    unit: str


class Records:
    """The events and points of a run, in the order in which they were written."""

    def __init__(self, spool: Path, run_id: str) -> None:
        """Read what lies in `spool`; a run that was taken up again has several folders."""
        self.events: list[dict[str, Any]] = []
        self.metrics: dict[str, list[Point]] = {}
        self.create: dict[str, Any] = {}
        for header in sorted(spool.glob("*/header.json")):
            stored = json.loads(header.read_text())
            if stored["run_id"] == run_id:
                self.create = stored["create"]
                for segment in sorted(header.parent.glob("*.seg")):
                    self._read(segment.read_bytes())

    def _read(self, data: bytes) -> None:
        series: dict[int, tuple[str, tuple[str, ...]]] = {}
        for _, payload in record.frames(data):
            prefix = record.prefix_of(payload)
            if prefix.kind == record.SERIES:
                number, unit, names = record.unpack_series(payload)
                series[number] = unit, names
            elif prefix.kind == record.EVENT:
                self.events.append(json.loads(payload[record.PREFIX.size :]))
            else:
                self._add_point(payload, prefix, *series[prefix.series])

    def _add_point(
        self, payload: bytes, prefix: record.Prefix, unit: str, names: tuple[str, ...]
    ) -> None:
        has_place = bool(prefix.flags & record.HAS_AT_STEP)
        fields = record.point_struct(len(names), at_step=has_place).unpack(payload)
        values = fields[6 if has_place else 5 : -1]
        for name, value in zip(names, values, strict=True):
            point = Point(fields[4], value, fields[5] if has_place else None, unit)
            self.metrics.setdefault(name, []).append(point)

    def data_of(self, kind: str) -> list[Any]:
        """The data of all events of a kind."""
        return [event["data"] for event in self.events if event["kind"] == kind]

    def last(self, kind: str) -> Any:
        """The data of the newest event of a kind."""
        return self.data_of(kind)[-1]

    @property
    def statuses(self) -> list[str]:
        return [data["status"] for data in self.data_of("status")]

    @property
    def params(self) -> dict[str, Any]:
        """All params, later ones over earlier ones."""
        return {key: value for data in self.data_of("params") for key, value in data.items()}

    def steps(self, name: str) -> list[int]:
        return [point.step for point in self.metrics[name]]

    def values(self, name: str) -> list[float]:
        return [point.value for point in self.metrics[name]]
