"""Recording what Keras says after each batch: the one place where every microsecond counts."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakMethod

from ahnb_client.capture.logs import numbers
from ahnb_client.clock import now
from ahnb_client.linter.live import Linter
from ahnb_client.progress import Progress
from ahnb_client.run import Run
from ahnb_client.transport.block import Block

Recorder = Callable[[int, Mapping[str, Any] | None], None]
LongWay = WeakMethod[Recorder]  # of the callback, which holds the quick functions itself
BLOCK_POINTS = 1024  # after so many the clock is set again, for machines that sleep


class Batches:
    """The metrics after each batch of a fit.

    A batch that goes the long way, through `record`, leaves behind a function made for those that
    follow, as long as these are alike.
    """

    def __init__(self, progress: Progress, linter: Linter) -> None:
        self._progress, self._linter = progress, linter
        self._run: Run | None = None
        self._names: tuple[str, ...] = ()  # of the last batch
        self._usual = BLOCK_POINTS  # batches in an epoch, where nobody knows
        self._block: tuple[Block, int] | None = None  # and the index of its first batch
        # What the linter has not seen: the block, its first step, the names of its values.
        self._unseen: tuple[Block, int, tuple[str, ...]] | None = None

    def begin_fit(self, run: Run) -> None:
        """Record into `run` from now on."""
        self._run = run

    def end_epoch(self) -> None:
        """Count from a new step on; a function that `record` gave does nothing more."""
        self.count()
        self._usual = self._progress.seen or self._usual
        self._look_back()
        if self._block is not None and self._run is not None:
            self._run.journal.close_block(self._block[0])
        self._block = None

    def end_fit(self) -> None:
        """Record nothing more."""
        self.end_epoch()
        self._run = None

    def count(self) -> None:
        """Bring the progress up to date: quick functions have no time for it."""
        if self._block is not None:
            block, first = self._block
            self._progress.saw(first + block.count()[0])

    def _look_back(self) -> None:
        """Show the linter what a quick function recorded."""
        if self._unseen is not None and self._linter.is_on:
            self._linter.curves.add_block(*self._unseen)
        self._unseen = None

    def record(
        self, batch: int, logs: Mapping[str, Any], otherwise: WeakMethod[Recorder]
    ) -> Recorder | None:
        """Record the metrics after a batch; gives a quick function for the next ones, if it can.

        It calls `otherwise` where a batch is not like this one.

        Raises:
            LintError: the linter stops this training.
        """
        self.count()
        self._look_back()
        is_next = batch == self._progress.seen
        step = self._progress.step_of(batch)
        values = numbers(logs)
        if self._run is None or not values:
            return None
        series = self._run.series(tuple(f"batch/{name}" for name in values))
        series.append(step, list(values.values()))
        self._linter.see_batch(step, values)
        names, self._names = self._names, tuple(logs)
        are_floats = all(type(value) is float for value in logs.values())
        is_alike = is_next and names == self._names and are_floats
        if not is_alike or self._linter.sees_each_batch:
            return None
        block = series.reserve(step + 1, self._expected(batch + 1))
        self._block = None if block is None else (block, batch + 1)
        self._unseen = None if block is None else (block, step + 1, tuple(values))
        return None if block is None else _recorder(block, batch + 1, tuple(logs), otherwise)

    def _expected(self, first: int) -> int:
        """For how many batches from `first` on there should be room."""
        left = (self._progress.steps or self._usual) - first
        is_longer = left < 1 and self._progress.steps is None
        return BLOCK_POINTS if is_longer else min(left, BLOCK_POINTS)


def _recorder(
    block: Block, first: int, names: tuple[str, ...], otherwise: WeakMethod[Recorder]
) -> Recorder:
    """A function that records the batches from `first` on, with all that it needs at hand.

    Between two batches the processor's caches are lost, so what counts is how little memory it
    touches. Packing a record and writing it takes twice as long as these few stores.
    """
    # The quickest clock there is; it stands still while the machine sleeps.
    clock = time.monotonic
    difference = now() - clock()

    # Default values lie side by side, the variables of a closure anywhere.
    def record(
        batch: int,
        logs: Any = None,
        words: Any = block.values,
        names: tuple[str, ...] = names,
        width: int = len(names),
        first: int = first,
        size: int = block.words,
        start: int = block.first_value - first * block.words,
        clock: Callable[[], float] = clock,
        difference: float = difference,
    ) -> None:
        try:
            if batch >= first and len(logs) == width:
                place = batch * size + start
                for name in names:
                    words[place] = logs[name]
                    place += 1
                words[place] = clock() + difference
                return
        except Exception:  # noqa: BLE001, S110 - other names, a block at its end: the long way
            pass
        if long_way := otherwise():
            long_way(batch, logs)

    return record
