"""The points of metrics, all of them or as many as a drawing needs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .asking import Asker

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_METRICS = 200  # the server takes no more in one question
MAX_POINTS = 100_000


@dataclass
class SeriesRecord:
    """The points of one metric in the order of their steps.

    Attributes:
        unit: of `steps`: step, epoch, or time (then they are UTC seconds).
        total: how many points there are between the asked steps.
        exact: whether each is here as it was recorded; then `low` and `high` are equal.
        steps, low, high: per entry its first step, smallest and greatest value. NaN stands
            for a value that is none; infinities are themselves where `exact`.
        times: UTC seconds of each entry.
    """

    name: str
    unit: str = "step"
    total: int = 0
    exact: bool = True
    steps: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def values(self) -> list[float]:
        """The recorded values.

        Raises:
            ValueError: several points were drawn together; use `low` and `high`.
        """
        if not self.exact:
            raise ValueError(f"{self.name} was asked for with fewer points than it has")
        return self.low

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        """Go through the points as (step, value)."""
        return iter(zip(self.steps, self.values, strict=True))

    def to_pandas(self) -> "DataFrame":
        """Return one table: a row for each step. Raises ConfigurationError without pandas."""
        from .tables import table_of

        return table_of({self.name: self})

    def add(self, answer: dict[str, Any]) -> None:
        """Append what the server said of a later range of steps."""
        named = {step: float(word) for step, word in answer["nonfinite"]}
        for step, low, high in zip(answer["x"], answer["min"], answer["max"], strict=True):
            instead = named.get(step, math.nan) if answer["exact"] else math.nan
            self.steps.append(step)
            self.low.append(instead if low is None else low)
            self.high.append(instead if high is None else high)
        self.times += answer.get("t") or []
        self.total += answer["total"]
        self.unit, self.exact = answer["unit"], self.exact and answer["exact"]


def series_of(
    asker: Asker,
    run_id: str,
    names: Sequence[str],
    *,
    points: int | None,
    start: float | None,
    stop: float | None,
    attempt: int | None,
) -> dict[str, SeriesRecord]:
    """Return the series of a run by name; see `RunRecord.series`."""
    found = {name: SeriesRecord(name) for name in names}
    path, more = f"runs/{run_id}/series/", {"attempt": attempt, "time": 1}
    for first in range(0, len(names), MAX_METRICS):
        query = {"metric": names[first : first + MAX_METRICS], "from": start, "to": stop, **more}
        answers = asker.get(path, points=points or MAX_POINTS, **query)["metrics"]
        for name, answer in answers.items():
            if points is not None or _is_complete(answer):
                found[name].add(answer)
                continue
            for part in _parts(asker, path, {**query, "metric": name}, answer):
                found[name].add(part)
    return found


def _is_complete(answer: dict[str, Any]) -> bool:
    """Whether nothing was drawn together or cut off; one step with many points cannot be split."""
    told_all = answer["exact"] and answer["nonfinite_total"] == len(answer["nonfinite"])
    return told_all or len(answer["x"]) < 2


def _parts(
    asker: Asker, path: str, query: dict[str, Any], answer: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Ask for halves of a range until each comes point by point."""
    if _is_complete(answer):
        yield answer
        return
    middle = answer["x"][len(answer["x"]) // 2]
    before = middle - 1 if isinstance(middle, int) else math.nextafter(middle, -math.inf)
    for half in ({"to": before}, {"from": middle}):
        asked = {**query, **half}
        found = asker.get(path, points=MAX_POINTS, **asked)["metrics"][query["metric"]]
        yield from _parts(asker, path, asked, found)
