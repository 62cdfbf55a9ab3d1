"""Values of one parameter next to that of the best run: used elsewhere, or one step beyond."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web.formats import given

from ..params import number_of, text_of
from .columns import Column

# With more different numbers than this a parameter was drawn, not chosen from a list.
MOST_CHOICES = 12
MOST_OTHERS = 2
WIDE = 10


@dataclass(frozen=True)
class Cell:
    """A value, and what counts as the same: a stretch of numbers, or a text."""

    value: Any
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        return text_of(self.value)


@dataclass(frozen=True)
class Step:
    """A value to try: `beyond` names the end of what was tried that it lies beyond, or ""."""

    cell: Cell
    beyond: str = ""


@dataclass(frozen=True)
class Dimension:
    """One parameter around the best run.

    Attributes:
        own: where the best run stands.
        edge: "largest" or "smallest" where that is the end of what was tried.
    """

    name: str
    own: Cell
    steps: tuple[Step, ...]
    edge: str

    @property
    def label(self) -> str:
        return Column("params", self.name).label


def dimension(name: str, own: Any, used: Sequence[Any]) -> Dimension | None:
    """What lies around `own` among the values in use; None where nothing can be said."""
    known = [value for value in used if value is not None]
    numbers = [number for value in known if (number := number_of(value)) is not None]
    here = number_of(own)
    if own is None or isinstance(own, list | dict):
        return None
    if here is not None and len(numbers) == len(known):
        return _numeric(name, here, sorted({*numbers, here}))
    return _categorical(name, own, known)


def _categorical(name: str, own: Any, known: Sequence[Any]) -> Dimension | None:
    counts: dict[str, int] = {}
    for value in known:
        counts[text_of(value)] = counts.get(text_of(value), 0) + 1
    counts.pop(text_of(own), None)
    if len(counts) > MOST_CHOICES:
        return None
    others = sorted(counts, key=lambda text: -counts[text])[:MOST_OTHERS]
    return Dimension(name, Cell(own), tuple(Step(Cell(text)) for text in others), "")


def _numeric(name: str, own: float, distinct: list[float]) -> Dimension | None:
    place = distinct.index(own)
    edge = {0: "smallest", len(distinct) - 1: "largest"}.get(place, "")
    if len(distinct) > MOST_CHOICES:
        return _drawn(name, own, distinct, edge)
    steps = []
    for side, end in ((-1, "smallest"), (1, "largest")):
        if 0 <= place + side < len(distinct):
            steps.append(Step(_exactly(distinct[place + side])))
        elif (value := beyond(own, distinct, side)) is not None:
            steps.append(Step(_exactly(value), end))
    return Dimension(name, _exactly(own), tuple(steps), edge if len(distinct) > 2 else "")


def _exactly(value: float) -> Cell:
    return Cell(value, value, value)


def _drawn(name: str, own: float, distinct: list[float], edge: str) -> Dimension:
    """Steps of a factor of two where the numbers span decades, else of a tenth of their range.

    What lies within half a step counts as tried.
    """
    if is_wide(distinct):
        half = math.sqrt(2)
        values = [own / 2, own * 2]
        cells = [Cell(value, value / half, value * half) for value in map(rounded, values)]
        here = Cell(own, own / half, own * half)
    else:
        step = (distinct[-1] - distinct[0]) / 10
        values = [own - step, own + step]
        cells = [Cell(v, v - step / 2, v + step / 2) for v in map(rounded, values)]
        here = Cell(own, own - step / 2, own + step / 2)
    inside = [cell for cell in cells if is_possible(cell.value, distinct)]
    return Dimension(name, here, tuple(_placed(cell, distinct) for cell in inside), edge)


def _placed(cell: Cell, distinct: list[float]) -> Step:
    if cell.value < distinct[0]:
        return Step(cell, "smallest")
    return Step(cell, "largest" if cell.value > distinct[-1] else "")


def beyond(own: float, distinct: list[float], side: int) -> float | None:
    """One step further than all that was tried; None where there is no such value.

    Powers of two double; numbers over decades keep their last ratio, others their difference.
    """
    if len(distinct) < 2:
        return None
    neighbour = distinct[-2] if side > 0 else distinct[1]
    if all(number > 0 and math.log2(number).is_integer() for number in distinct):
        value = own * 2.0**side
    elif is_wide(distinct):
        value = float(f"{own * (own / neighbour):.1g}")
    else:
        value = rounded(own + (own - neighbour))
    return value if is_possible(value, distinct) else None


def is_wide(distinct: list[float]) -> bool:
    """Whether the numbers are all positive and span a factor of ten: they were chosen by ratio."""
    return distinct[0] > 0 and distinct[-1] / distinct[0] >= WIDE


def is_possible(value: float, distinct: list[float]) -> bool:
    """Whether a number is of the kind of those in use: whole, positive, or a share."""
    if not math.isfinite(value):
        return False
    if all(number.is_integer() for number in distinct) and not value.is_integer():
        return False
    if distinct[0] >= 0 and distinct[-1] < 1 and value >= 1:
        return False
    return value > 0 if distinct[0] > 0 else value >= 0 or distinct[0] < 0


def rounded(value: float) -> float:
    """Two digits, as people write such numbers; whole numbers from 100 on keep all of theirs."""
    return float(f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}")


def written(cell: Cell) -> str:
    """The value as a person types it in Python."""
    number = number_of(cell.value)
    if number is None:
        return repr(cell.value) if isinstance(cell.value, bool) else f'"{cell.text}"'
    return given(number)
