"""How a spool knows a series: by a number, defined anew in each segment that holds its points."""

from collections.abc import Sequence

from .. import record
from . import segments


class Definition:
    """The names, unit and number of a series, and the segment that last defined them."""

    __slots__ = ("frame", "number", "segment")

    def __init__(self, number: int, unit: str, names: Sequence[str]) -> None:
        self.number = number
        self.frame = record.frame(record.pack_series(number, unit, names))
        # Each segment defines the series that it holds, so that it can be read alone.
        self.segment: segments.Segment | None = None
