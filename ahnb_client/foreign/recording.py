"""What a foreign log comes to: points by metric."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Recording:
    """One training as another tool recorded it.

    Attributes:
        points: by (unit, metric) the value and time (UTC seconds) at each step.
        left_out: how many entries no metric can hold, by reason.
    """

    name: str
    source: Path
    points: dict[tuple[str, str], dict[int, tuple[float, float]]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def add(self, unit: str, metric: str, step: int, value: float, time: float) -> None:
        """Keep a value; of two at one step the later counts."""
        self.points.setdefault((unit, metric), {})[step] = value, time

    def leave_out(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1

    @property
    def total(self) -> int:
        """How many points there are."""
        return sum(map(len, self.points.values()))

    @property
    def times(self) -> tuple[float, float] | None:
        """The first and the last moment; None without points."""
        moments = [time for steps in self.points.values() for _, time in steps.values()]
        return (min(moments), max(moments)) if moments else None
