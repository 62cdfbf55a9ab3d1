"""`hooks TRACKER BATCHES`: what a tracker's hooks take for each batch of a fit."""

from __future__ import annotations

import sys

from . import trackers
from .measure import BATCH_HOOKS, quantiles, tell, timed
from .training import data, fit, model

FIRST = 50  # batches that are left out: everything is met for the first time


def main(tracker: str, batches: int) -> None:
    made = model()
    x, y = data(batches)
    fit(made, *data(20), [])
    callback, end = trackers.callback(tracker)
    times = timed(callback, BATCH_HOOKS)
    fit(made, x, y, [callback])
    end()
    if not times:
        tell(hooks=None)
        return
    sums = [sum(hooks) for hooks in zip(*times.values(), strict=True)]
    tell(hooks=quantiles(sums[FIRST:]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
