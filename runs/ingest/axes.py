"""Axes of a batch: where on the steps and in time the values of metrics lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .fault import Fault
from .numbers import LARGEST_STEP, Clock, floats, integers, is_number, is_whole
from .refusals import Refusals

FIELDS = frozenset(("unit", "start", "stride", "count", "steps", "times", "t0", "dt_ms", "at_step"))
UNITS = ("step", "epoch", "time")
# More values than fit into one batch.
LONGEST = 8 * 1024 * 1024


@dataclass(frozen=True)
class Axis:
    """One axis; every array has `count` entries.

    What can be computed is computed when a metric asks: a line of JSON may state a long axis.

    Args:
        regular: start and stride of the steps; None where they are listed, and for "time".
        listed: the steps, where they are listed.
        sent: UTC seconds, such as may be true; None for the time of receipt.
        good: which positions may be stored; None when all may.
        content: what was sent, for the digest of the batch.
    """

    unit: str
    count: int
    regular: tuple[int, int] | None
    listed: NDArray[np.int64] | None
    sent: NDArray[np.float64] | None
    received: float
    at_step: NDArray[np.int64] | None
    good: NDArray[np.bool_] | None
    content: tuple[bytes, ...]

    @cached_property
    def steps(self) -> NDArray[np.int64] | None:
        """The steps; None for the unit "time"."""
        if self.regular is None:
            return self.listed
        start, stride = self.regular
        return start + stride * np.arange(self.count, dtype=np.int64)

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """UTC seconds."""
        return np.full(self.count, self.received) if self.sent is None else self.sent


def read_axes(entries: Sequence[Any], clock: Clock, refusals: Refusals) -> list[Axis | None]:
    """The axes in their order; None stands where one is refused."""
    axes: list[Axis | None] = []
    for index, entry in enumerate(entries):
        try:
            axes.append(_Reader(entry, f"/axes/{index}", clock, refusals).read())
        except Fault as fault:
            refusals.add(f"/axes/{index}", fault)
            axes.append(None)
    return axes


class _Reader:
    """Reads one axis; single bad entries are refused, and their positions marked."""

    def __init__(self, entry: Any, prefix: str, clock: Clock, refusals: Refusals) -> None:
        if not isinstance(entry, dict):
            raise Fault("", "bad-axis", "An axis is an object.")
        for name in entry.keys() - FIELDS:
            if not name.startswith("x_"):
                raise Fault("", "unknown-field", "An axis has no such field.")
        self.entry: Mapping[str, Any] = entry
        self.prefix = prefix
        self.clock = clock
        self.refusals = refusals
        self.good: NDArray[np.bool_] | None = None

    def read(self) -> Axis:
        unit = self.entry.get("unit", "step")
        if unit not in UNITS:
            raise Fault("/unit", "bad-unit", f"The unit is one of {', '.join(UNITS)}.")
        regular, listed, count = self._steps(unit)
        times = self._times(count)
        if count is None:
            count = len(times) if times is not None else 0
        at_step = self._at_step(unit, count)
        return Axis(
            unit=unit,
            count=count,
            regular=regular,
            listed=listed,
            sent=None if times is None else self.clock.plausible(times),
            received=self.clock.received,
            at_step=at_step,
            good=self.good,
            content=(
                f"{unit} {regular} {count}".encode(),
                *(b"-" if part is None else part.tobytes() for part in (listed, times, at_step)),
            ),
        )

    def _steps(
        self, unit: str
    ) -> tuple[tuple[int, int] | None, NDArray[np.int64] | None, int | None]:
        """Start and stride, or the steps themselves, and how many; nothing for "time"."""
        regular = not self.entry.keys().isdisjoint(("start", "stride", "count"))
        explicit = "steps" in self.entry
        if unit == "time":
            if regular or explicit or self.entry.keys().isdisjoint(("times", "t0")):
                raise Fault("", "bad-axis", "An axis of the unit time has times and no steps.")
            return None, None, None
        if explicit == regular:
            raise Fault("", "bad-axis", "An axis has either start, stride and count, or steps.")
        if explicit:
            listed = self._integers("steps")
            return None, listed, len(listed)
        start, stride, count = self._regular()
        return (start, stride), None, count

    def _regular(self) -> tuple[int, int, int]:
        start, stride = self.entry.get("start", 0), self.entry.get("stride", 1)
        count = self.entry.get("count")
        if not is_whole(count, LONGEST):
            raise Fault("/count", "bad-axis", "The count of an axis is an integer from 0.")
        if not is_whole(start, LARGEST_STEP):
            raise Fault("/start", "bad-step", "A step is an integer from 0 to 2^53-1.")
        if not is_whole(stride, LARGEST_STEP):
            raise Fault("/stride", "bad-axis", "The stride of an axis is an integer from 0.")
        if start + stride * max(count - 1, 0) > LARGEST_STEP:
            raise Fault("", "bad-step", "A step is an integer from 0 to 2^53-1.")
        return start, stride, count

    def _at_step(self, unit: str, count: int) -> NDArray[np.int64] | None:
        if "at_step" not in self.entry:
            return None
        if unit != "epoch":
            raise Fault("/at_step", "bad-axis", "Only an axis of the unit epoch has at_step.")
        at_step = self._integers("at_step")
        if len(at_step) != count:
            raise Fault("/at_step", "bad-length", "at_step is as long as the steps.")
        return at_step

    def _times(self, count: int | None) -> NDArray[np.float64] | None:
        explicit = "times" in self.entry
        if explicit and ("t0" in self.entry or "dt_ms" in self.entry):
            raise Fault("", "bad-axis", "An axis has either times, or t0 and dt_ms.")
        if explicit:
            times = self._floats("times")
        elif "t0" in self.entry or "dt_ms" in self.entry:
            if not is_number(self.entry.get("t0")):
                raise Fault("/t0", "bad-time", "t0 is in seconds since 1970.")
            times = float(self.entry["t0"]) + self._floats("dt_ms") / 1000.0
        else:
            return None
        if count is not None and len(times) != count:
            raise Fault("", "bad-length", "There are as many times as steps.")
        return times

    def _integers(self, name: str) -> NDArray[np.int64]:
        array, bad = integers(self._list(name))
        self._refuse(name, bad, len(array), "bad-step", "A step is an integer from 0 to 2^53-1.")
        return array

    def _floats(self, name: str) -> NDArray[np.float64]:
        array, bad = floats(self._list(name))
        self._refuse(name, bad, len(array), "bad-time", "A time is a number.")
        return array

    def _list(self, name: str) -> list[Any]:
        value = self.entry.get(name)
        if not isinstance(value, list):
            raise Fault(f"/{name}", "bad-axis", f"{name} is a list.")
        return value

    def _refuse(self, name: str, bad: Sequence[int], count: int, code: str, detail: str) -> None:
        for index in bad:
            self.refusals.add(self.prefix, Fault(f"/{name}/{index}", code, detail))
        if bad:
            if self.good is None:
                self.good = np.ones(count, dtype=np.bool_)
            if len(self.good) != count:
                raise Fault(f"/{name}", "bad-length", "All lists of an axis have one length.")
            self.good[list(bad)] = False
