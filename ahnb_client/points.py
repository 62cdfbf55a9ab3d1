"""What a run offers for numbers: points of series, each at a step."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from . import record
from .errors import AHNBError
from .plain import text
from .run_part import RunPart
from .series import Series
from .steps import Steps


class LogsPoints(RunPart):
    """The part of a run that takes numbers."""

    _lock: threading.RLock
    _series: dict[tuple[str, ...], Series]
    _steps: Steps
    _is_taken_up: bool  # another process began the run, and this one has not logged yet

    def series(self, names: Sequence[str], unit: str = "step") -> Series:
        """A handle for metrics that are always logged together, in this order.

        Raises:
            ValueError: there is no such unit, or no name.
        """
        key = (unit, *(text(str(name)) for name in names))
        with self._lock:
            if key not in self._series:
                if unit not in record.UNITS or len(key) == 1:
                    raise ValueError(f"no series of {list(names)} with unit {unit!r}")
                self._series[key] = Series(self._journal, key[1:], unit, self._report)
            return self._series[key]

    def log(self, metrics: Mapping[str, Any], step: int | None = None, unit: str = "step") -> None:
        """Record one number for each name, at `step` or one after the last.

        Takes anything that becomes a float: NumPy scalars, tensors of one element, bfloat16.
        What does not is counted and told once. So is a `step` that is not a whole number from 0
        to 2**53 - 1: what should stand there is left out, and later points go on without it.
        """
        try:
            series = self._series.get((unit, *metrics))
            if series is None:
                if not metrics:
                    return
                series = self.series(tuple(metrics), unit)
            place = self._place(step, unit, len(metrics))
            if place is not None:
                series.append(place, metrics.values())
        except AHNBError:
            raise
        except Exception as error:  # noqa: BLE001 - told once, never raised into a training
            self._report("client-error", error)

    def _place(self, step: int | None, unit: str, values: int) -> int | None:
        """Where a point of so many values stands; None, and a loss, where nothing can stand."""
        try:
            place = self._steps.place(step, unit)
        except (TypeError, ValueError, OverflowError) as error:
            self._report("bad-step", error, count=values)
            return None
        if self._is_taken_up and unit != "time":
            self.begin_attempt(place)  # the first point says where the run is taken up
        return place

    def begin_attempt(self, from_step: int, number: int | None = None) -> None:
        """From here on the points replace those from `from_step` on, which stay readable.

        Args:
            from_step: the first step that is done again.
            number: of the new attempt; one more than the present by default.
        """
        self._is_taken_up = False
        attempt = self._journal.attempt + 1 if number is None else number
        self.event("attempt", {"attempt": attempt, "from_step": from_step})
        self._journal.begin_attempt(attempt)
