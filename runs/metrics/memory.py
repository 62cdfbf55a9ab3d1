"""States of runs that this process wrote last, so that the next batch need not read them.

A state is only believed while its row still has its mark: the statement that stores a batch
compares it. Whoever takes a state has it alone; it comes back once its row is committed.
"""

from __future__ import annotations

import contextlib

from .records import Place
from .state import RunState

MOST_RUNS = 256
# A state of so many metrics has about 90 kB.
MOST_METRICS = 1000

_states: dict[Place, RunState] = {}


def take(place: Place) -> RunState | None:
    """The state, which nobody else gets until it is kept again."""
    return _states.pop(place, None)


def keep(place: Place, state: RunState) -> None:
    """Remember a state as its committed row holds it; the oldest ones are forgotten."""
    if len(state.names) > MOST_METRICS:
        return
    _states[place] = state
    while len(_states) > MOST_RUNS:
        # Another thread may have taken it meanwhile.
        with contextlib.suppress(KeyError, StopIteration, RuntimeError):
            del _states[next(iter(_states))]
