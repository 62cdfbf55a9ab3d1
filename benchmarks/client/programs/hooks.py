"""`hooks TRACKER BATCHES FITS`: what a tracker's hooks take for each batch of some fits."""

from __future__ import annotations

import sys

from . import trackers
from .measure import BATCH_HOOKS, quantiles, tell, timed
from .training import data, fit, model

FIRST = 50  # batches that are left out: everything is met for the first time


def main(tracker: str, batches: int, fits: int) -> None:
    made = model()
    x, y = data(batches)
    fit(made, *data(20), [])
    found = []
    for _ in range(fits):
        callback, end = trackers.callback(tracker)
        times = timed(callback, BATCH_HOOKS)
        fit(made, x, y, [callback])
        end()
        if times:
            sums = [sum(hooks) for hooks in zip(*times.values(), strict=True)]
            found.append(quantiles(sums[FIRST:]))
    tell(hooks=found)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
