"""States of runs that this process wrote last, so that the next batch need not read them.

A state is only believed while its row still has its mark: the statement that stores a batch
compares it. Whoever takes a state has it alone; it comes back once its row is committed.
"""

from __future__ import annotations

import contextlib

from .records import Place
from .state import RunState

MOST_RUNS = 256
# Metrics, writers, attempts and gaps of a state together: some 100 kB.
MOST_ENTRIES = 1000

_states: dict[Place, RunState] = {}


def take(place: Place) -> RunState | None:
    """The state, which nobody else gets until it is kept again."""
    return _states.pop(place, None)


def keep(place: Place, state: RunState) -> None:
    """Remember a state as its committed row holds it; the oldest ones are forgotten."""
    if _entries(state) > MOST_ENTRIES:
        return
    _states[place] = state
    while len(_states) > MOST_RUNS:
        # Another thread may have taken it meanwhile.
        with contextlib.suppress(KeyError, StopIteration, RuntimeError):
            del _states[next(iter(_states))]


def _entries(state: RunState) -> int:
    gaps = sum(len(one.beyond) for one in state.writers.values())
    return len(state.names) + len(state.writers) + len(state.attempts) + gaps
