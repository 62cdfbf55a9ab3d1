"""Cards on the screen: shown by the cell that begins a run, kept up to date by a thread."""

import threading
from dataclasses import dataclass
from typing import Any

from ahnb_client.clock import now
from ahnb_client.guard import Guard
from ahnb_client.identifiers import uuid7

from .card import html_of, text_of
from .curves import Follower

SECONDS = 1.0  # between two updates
READ_SECONDS = 0.02  # what an update may take of the interpreter, at most


@dataclass
class _Card:
    follower: Follower
    display_id: str
    began_at: float
    shown: str = ""

    def bundle(self) -> dict[str, str] | None:
        """Return what a notebook shows; None if that is what it shows already."""
        html = html_of(self.follower, max(now() - self.began_at, 0))
        if html == self.shown:
            return None
        self.shown = html
        return {"text/html": html, "text/plain": text_of(self.follower)}


class Cards:
    """The cards of runs that are under way. The thread lives as long as there is one."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._live: dict[str, _Card] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._changed = threading.Event()

    def show(self, follower: Follower) -> None:
        """Show a card below the cell that runs now."""
        card = _Card(follower, uuid7(), now())
        with self._lock:
            self._live[follower.run.id] = card
        _display(card, update=False)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ahnb-cards", daemon=True)
                self._thread.start()

    def finish(self, follower: Follower) -> None:
        """Show the last state, which stays in the saved notebook."""
        with self._lock:
            card = self._live.pop(follower.run.id, None)
        if card is not None:
            _display(card, update=True)
        self._changed.set()

    # In the thread

    def _work(self) -> None:
        while True:
            self._changed.wait(SECONDS)
            self._changed.clear()
            with self._lock:
                cards = list(self._live.values())
                if not cards:
                    self._thread = None
                    return
            for card in cards:
                self._guard.call("the card", self._update, card)

    def _update(self, card: _Card) -> None:
        card.follower.refresh(READ_SECONDS)
        with self._lock:  # so that nothing older follows the last state
            if self._live.get(card.follower.run.id) is card:
                _display(card, update=True)


def _display(card: _Card, *, update: bool) -> None:
    bundle = card.bundle()
    if bundle is None:
        return
    from IPython.display import display

    shown: dict[str, Any] = {"display_id": card.display_id, "raw": True, "update": update}
    display(bundle, **shown)
