"""States of runs that this process wrote last, so that the next batch need not read them.

A state is only believed while its row still has its mark: the statement that stores a batch
compares it. Whoever takes a state has it alone; it comes back once its row is committed.
"""

from __future__ import annotations

import threading
from itertools import islice

from .records import Place
from .state import RunState

MOST_RUNS = 256
# Metrics, writers, attempts and gaps of a state together: some 100 kB.
MOST_ENTRIES = 1000
# What all states together hold of their tails.
MOST_WAITING_BYTES = 8 * 1024 * 1024


class Memory:
    """The states of at most `MOST_RUNS` runs; the oldest ones are forgotten first."""

    def __init__(self) -> None:
        self.states: dict[Place, RunState] = {}
        self.waiting_bytes = 0
        self.guard = threading.Lock()

    def take(self, place: Place) -> RunState | None:
        """The state, which nobody else gets until it is kept again."""
        with self.guard:
            return self._removed(place) if place in self.states else None

    def keep(self, place: Place, state: RunState) -> None:
        """Remember a state as its committed row holds it."""
        if _entries(state) > MOST_ENTRIES:
            return
        with self.guard:
            if place in self.states:
                self._removed(place)
            self.states[place] = state
            self.waiting_bytes += _waiting_bytes(state)
            for oldest in list(islice(self.states, max(0, len(self.states) - MOST_RUNS))):
                self._removed(oldest)
            if self.waiting_bytes > MOST_WAITING_BYTES:
                self._lighten()

    def _removed(self, place: Place) -> RunState:
        state = self.states.pop(place)
        self.waiting_bytes -= _waiting_bytes(state)
        return state

    def _lighten(self) -> None:
        for state in self.states.values():
            self.waiting_bytes -= _waiting_bytes(state)
            state.waiting = None
            if self.waiting_bytes <= MOST_WAITING_BYTES:
                return


_memory = Memory()
take, keep = _memory.take, _memory.keep


def _entries(state: RunState) -> int:
    gaps = sum(len(one.beyond) for one in state.writers.values())
    return len(state.names) + len(state.writers) + len(state.attempts) + gaps


def _waiting_bytes(state: RunState) -> int:
    return state.waiting.size if state.waiting else 0
