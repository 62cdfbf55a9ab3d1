"""Recording what Keras says after each batch: the one place where every microsecond counts."""

import time
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from ahnb_client.capture.logs import numbers
from ahnb_client.clock import now
from ahnb_client.progress import Progress
from ahnb_client.run import Run
from ahnb_client.series import Series

Recorder = Callable[[int, Mapping[str, Any]], None]
MAX_ALIKE = 1000  # batches after which the clock is set again, for machines that sleep


class Batches:
    """The metrics after each batch of a fit. `record` takes a batch's index and logs.

    The first batch of an epoch goes the long way, through `_record`. It leaves behind a function
    made for the batches that follow, as long as these are alike.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._run: Run | None = None
        self.record: Recorder = _ignore

    def begin_fit(self, run: Run) -> None:
        """Record into `run` from now on."""
        self._run = run
        self.record = self._record

    def begin_epoch(self) -> None:
        """Count from a new step on."""
        if self._run is not None:
            self.record = self._record

    def end_fit(self) -> None:
        """Record nothing more."""
        self._run = None
        self.record = _ignore

    def _record(self, batch: int, logs: Mapping[str, Any]) -> None:
        step = self._progress.step_of(batch)
        values = numbers(logs)
        run = self._run
        if run is None or not values:
            return
        series = run.series(tuple(f"batch/{name}" for name in values))
        series.append(step, list(values.values()))
        if all(type(value) is float for value in logs.values()):
            self.record = self._recorder(tuple(logs), series, batch + MAX_ALIKE)

    def _recorder(self, names: tuple[str, ...], series: Series, limit: int) -> Recorder:
        """A function for the epoch's batches before `limit`, with all that it needs at hand.

        Between two batches the processor's caches are lost, so what counts is how little memory
        it touches: no attribute but one, no lock, no loop, no function of Python.
        """
        write, pack, start = series.way()
        # The quickest clock there is; it stands still while the machine sleeps.
        seconds = time.monotonic
        origin = now() - seconds()
        width = len(names)
        values = itemgetter(*names) if width > 1 else lambda logs: (logs[names[0]],)
        progress = self._progress
        before, limit = progress.before, min(limit, progress.limit)

        def record(batch: int, logs: Mapping[str, Any]) -> None:
            try:
                if len(logs) == width and batch < limit:
                    write(pack(start, before + batch, *values(logs), seconds() + origin))
                    if batch >= progress.seen:
                        progress.seen = batch + 1
                    return
            except Exception:  # noqa: BLE001, S110 - other names, a full segment: the long way
                pass
            self._record(batch, logs)

        return record


def _ignore(_batch: int, _logs: Mapping[str, Any]) -> None:
    """No fit is under way."""
