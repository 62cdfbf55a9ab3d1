"""Which step a point gets: the one that is named, or one more than the last."""

import threading
from collections.abc import Mapping

from .record import to_step


class Steps:
    """The last step of each axis. Any thread may ask for the next."""

    def __init__(self, next_steps: Mapping[str, int]) -> None:
        """Go on at `next_steps`, by unit; at 0 where nothing is known."""
        self._lock = threading.Lock()
        self._next = dict(next_steps)
        self._logged: int | None = None  # the last on the axis of steps, by this process

    def present(self, of_fit: int | None) -> int:
        """Where a training stands that has come to the step `of_fit` (None: no fit says).

        What somebody logs beside it, or after it, at later steps counts as well.
        """
        told = [step for step in (of_fit, self._logged) if step is not None]
        return max(told, default=max(self._next.get("step", 0) - 1, 0))

    def place(self, step: object, unit: str) -> int:
        """The step of a point; where none is named (None), one more than the last.

        Points over time need none: theirs is 0.

        Raises:
            TypeError, ValueError, OverflowError: `step` is not a whole number from 0 to 2**53 - 1.
                The next point goes on as if this one had not been.
        """
        if unit == "time":
            return 0
        with self._lock:
            place = to_step(self._next.get(unit, 0) if step is None else step)
            self._next[unit] = place + 1
            if unit == "step":
                self._logged = place
        return place
