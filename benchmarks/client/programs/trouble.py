"""`trouble BATCHES EPOCHS`: the hooks of a fit whose server is out of order.

A hook that does nothing is timed in the same fit: its tail is the machine's own.
"""

from __future__ import annotations

import sys
import time

from . import trackers
from .measure import quantiles, tell, timed
from .training import data, fit, model


def main(batches: int, epochs: int) -> None:
    made = model()
    x, y = data(batches)
    fit(made, *data(20), [])
    ours, _ = trackers.callback("ahnb")
    nothing, _ = trackers.callback("none")
    times = timed(ours, ("on_train_batch_end", "on_train_begin"))
    idle = timed(nothing, ("on_train_batch_end",))
    begun = time.perf_counter()
    fit(made, x, y, [nothing, ours], epochs)
    tell(
        hooks=quantiles(times["on_train_batch_end"]),
        idle=quantiles(idle["on_train_batch_end"]),
        begin_ms=times["on_train_begin"][0] / 1e6,
        fit_seconds=time.perf_counter() - begun,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
