"""Where a run stands on its two axes, over all its fits."""

import threading


class Progress:
    """Counts batches and epochs since the run began; Keras counts them anew in each fit.

    Batches are known by their index, not by their order: some back ends call hooks from several
    threads, out of order, and only every `steps_per_execution` batches.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before = 0  # batches of the epochs that ended
        self.seen = 0  # batches of the epoch under way
        self.steps: int | None = None  # batches of an epoch, if known
        self._next_epoch = 0
        self._shift: int | None = None

    @property
    def before(self) -> int:
        """Batches before the epoch under way: the step of its first batch."""
        return self._before

    @property
    def last_step(self) -> int:
        """The step of the newest batch; 0 before the first."""
        return max(self._before + self.seen - 1, 0)

    def start_at(self, step: int) -> None:
        """Count from `step` on: the batches before it were those of another process."""
        self._before = step

    def begin_fit(self, steps: int | None) -> None:
        """Start counting anew in Keras' numbers; `steps` batches make an epoch, if known."""
        self.end_fit()
        self.steps = steps
        self._shift = None

    def end_fit(self) -> None:
        """Keep the batches of an epoch that was broken off."""
        self._before += self.seen
        self.seen = 0

    def begin_epoch(self, epoch: int) -> None:
        """See the first epoch of a fit: a fit that starts over goes on where the last ended."""
        if self._shift is None:
            self._shift = max(0, self._next_epoch - epoch)

    def step_of(self, batch: int) -> int:
        """Return the step of a batch, 0-based, and remember how far the epoch came."""
        # The last execution of an epoch may hold fewer batches than `steps_per_execution`.
        if self.steps is not None and batch >= self.steps:
            batch = self.steps - 1
        self.saw(batch + 1)
        return self._before + batch

    def saw(self, batches: int) -> None:
        """Remember how far the epoch came."""
        with self._lock:
            self.seen = max(self.seen, batches)

    def end_epoch(self, epoch: int, batches: int | None = None) -> tuple[int, int | None]:
        """Return the epoch's number in the run and the step at which it ended.

        `batches` says how many it had where no batch was seen; the step is None where nobody
        knows.
        """
        self.begin_epoch(epoch)
        number = epoch + (self._shift or 0)
        self._next_epoch = number + 1
        count = self.seen or self.steps or batches
        self._before += count or 0
        self.seen = 0
        return number, self._before - 1 if count else None
