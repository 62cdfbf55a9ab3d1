"""A fixed group of metrics that are logged together, and the cheapest way to do it."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from . import record
from .clock import CLOCK, ORIGIN, clock_seconds, now
from .transport.block import Block
from .transport.journal import Journal, refuse
from .words import numbered


class Series:
    """A handle for a tuple of metric names of one unit. Any thread may use it."""

    __slots__ = (
        "_definition",
        "_journal",
        "_number",
        "_pack",
        "_report",
        "_way",
        "_width",
    )

    def __init__(
        self,
        journal: Journal,
        names: Sequence[str],
        unit: str,
        report: Callable[[str, BaseException | None], None],
    ) -> None:
        self._report = report
        self._width = len(names)
        self._pack = record.loose_struct(self._width).pack
        self.move_to(journal, names, unit)

    def move_to(self, journal: Journal, names: Sequence[str], unit: str) -> None:
        """Go on in another journal, when a run is taken up again after its spool was cleared."""
        self._journal = journal
        self._definition = journal.define(unit, names)
        self._number = self._definition.number
        # How frames are written, and how they begin: both belong to one attempt and segment.
        self._way: tuple[Callable[[bytes], object], bytes] = refuse, b""

    def append(
        self,
        step: int | None,
        values: Collection[Any],
        at_step: int | None = None,
        time: float | None = None,
    ) -> None:
        """Record one value per name.

        Args:
            step: the position on the axis, a whole number from 0; ignored for unit `time`.
            values: number-like things in the order of the names. One that is no number is left
                out and counted.
            at_step: for unit `epoch`, where the point stands on the step axis.
            time: seconds since the epoch, UTC; now by default.

        The record outlives the process once this returns. Nothing is raised unless the run is
        strict.
        """
        if at_step is None and type(step) is int and step < record.TOO_LARGE_STEP:
            try:
                write, start = self._way
                moment = clock_seconds(CLOCK) + ORIGIN if time is None else time
                write(self._pack(start, step, *values, moment))
                return
            except Exception:  # noqa: BLE001, S110 - look at each value alone, and for room
                pass
        try:
            payload = self._checked(step, values, at_step, time)
        except Exception as error:  # noqa: BLE001 - told once, never raised into a training
            self._report("bad-value", error)
            return
        try:
            self._append(record.frame(payload))
        except Exception as error:  # noqa: BLE001 - told once, never raised into a training
            self._report("client-error", error)

    def reserve(self, first: int, count: int) -> Block | None:
        """Room for the points at the steps from `first` on, which the caller stores by itself.

        None if there is none just now: `append` has to do it, and finds room for later points.
        """
        return self._journal.reserve(self._definition, self._width, first, count)

    def _append(self, frame: bytes) -> None:
        """The way through the lock, which finds room; later points may go without it."""
        self._journal.append(frame, self._definition)
        write, attempt = self._journal.writer(self._definition)
        self._way = write, record.loose_start(self._width, attempt, self._number)

    def _checked(
        self, step: Any, values: Collection[Any], at_step: Any, time: float | None
    ) -> bytes:
        """The payload when a value or step is unusual."""
        if len(values) != self._width:
            raise ValueError(
                f"{numbered(len(values), 'value')} for {numbered(self._width, 'name')}"
            )
        numbers = [record.to_float(value) for value in values]
        for value, number in zip(values, numbers, strict=True):
            if number is record.MISSING:
                self._report("bad-value", TypeError(f"no number: {type(value).__name__}"))
        place = [] if at_step is None else [record.to_step(at_step)]
        pack = record.point_struct(self._width, at_step=at_step is not None).pack
        step = 0 if step is None else record.to_step(step)
        flags = record.HAS_AT_STEP if place else 0
        attempt, at = self._journal.attempt, now() if time is None else float(time)
        return pack(record.POINT, flags, attempt, self._number, step, *place, *numbers, at)
