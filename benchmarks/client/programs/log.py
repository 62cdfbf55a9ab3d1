"""`log TRACKER CALLS`: what one call with ten scalars takes, and the wait at the end."""

from __future__ import annotations

import sys
import time

from . import trackers
from .measure import quantiles, tell

SCALARS = 10
FIRST = 20  # calls that are left out: everything is met for the first time


def main(tracker: str, calls: int) -> None:
    log, end = trackers.logger(tracker)
    clock = time.perf_counter_ns
    times = []
    for step in range(calls + FIRST):
        values = {f"metric_{number}": step / (number + 1) for number in range(SCALARS)}
        begun = clock()
        log(values, step)
        times.append(clock() - begun)
    begun = clock()
    end()
    tell(call=quantiles(times[FIRST:]), end_seconds=(clock() - begun) / 1e9)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
