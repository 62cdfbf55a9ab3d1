"""The one thread of this process that sends, for all of its runs."""

import contextlib
import threading
import time
from queue import Empty, SimpleQueue

from ..notices import tell
from . import loading
from .journal import Position
from .making import Server
from .shipment import Shipment

SYNC_SECONDS = 5.0
_POLL_SECONDS = 0.02
_LOOK_SECONDS = 1.0  # also while nothing is due, the next segment is made ready


class Sender:
    """Moves shipments forward, each when it is due. The thread starts with the first one."""

    def __init__(self) -> None:
        self._shipments: dict[Shipment, tuple[str, str]] = {}  # and server and key of each
        self._servers: dict[tuple[str, str], Server] = {}
        self._left: list[Shipment] = []  # given up, their records kept
        self._lock = threading.Lock()
        # Unlike a condition, its `put` may be called from anywhere, a signal handler included.
        self._wakes: SimpleQueue[None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, shipment: Shipment, server: str, key: str) -> None:
        """Deliver it to the server of this address."""
        with self._lock:
            self._shipments[shipment] = server, key
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ahnb-sender", daemon=True)
                self._thread.start()
                return
        self.wake()

    def wake(self) -> None:
        """Look at all shipments now, instead of within a second."""
        self._wakes.put(None)

    def wait(self, shipment: Shipment, end: Position, timeout: float) -> bool:
        """Whether it has delivered everything before `end` and the files that wait now, or does
        so within `timeout` seconds."""
        deadline, files = time.monotonic() + timeout, shipment.waiting_files()
        while not shipment.has_delivered(end, files):
            if time.monotonic() >= deadline or not shipment.can_move:
                return False
            shipment.hurry()
            self.wake()
            time.sleep(_POLL_SECONDS)
        return True

    def drain(self, timeout: float) -> list[Shipment]:
        """Give everything a last chance; what is left could not be delivered in time."""
        deadline = time.monotonic() + timeout
        for shipment in self.under_way():
            shipment.retry_now()
        while time.monotonic() < deadline and any(map(_is_worth_waiting, self.under_way())):
            self.wake()
            time.sleep(_POLL_SECONDS)
        return self.under_way() + self._left

    def under_way(self) -> list[Shipment]:
        """The shipments that are neither done nor given up."""
        with self._lock:
            return [shipment for shipment in self._shipments if not shipment.is_done]

    def abandon(self) -> None:
        """In a forked child: let go of everything; the parent's thread does not live here."""
        for shipment in self._shipments:
            shipment.source.abandon()
            if shipment.spool is not None:
                shipment.spool.release()

    # In the thread

    def _work(self) -> None:
        with contextlib.suppress(Empty):
            self._wakes.get(timeout=loading.COURTESY_SECONDS)
        next_sync = time.monotonic() + SYNC_SECONDS
        while True:
            for shipment in self.under_way():
                self._move(shipment)
            if time.monotonic() >= next_sync:
                next_sync = time.monotonic() + SYNC_SECONDS
                for shipment in self.under_way():
                    with contextlib.suppress(OSError, ValueError):
                        shipment.source.sync()
            self._forget()
            self._sleep()

    def _move(self, shipment: Shipment) -> None:
        try:
            shipment.source.prepare()
            if shipment.can_move and shipment.due <= time.monotonic():
                shipment.step(self._server_of(shipment))
        except Exception as error:  # noqa: BLE001 - the thread must live as long as the training
            tell(f"sending failed ({type(error).__name__}: {error})", once="sender")
            shipment.due = time.monotonic() + SYNC_SECONDS

    def _server_of(self, shipment: Shipment) -> Server:
        place = self._shipments[shipment]
        if place not in self._servers:
            self._servers[place] = loading.http().Server(*place)
        return self._servers[place]

    def _forget(self) -> None:
        """Drop what is done, and what was stopped and gets no more records."""
        given_up = [s for s in self.under_way() if s.stopped_by and s.let_go()]
        with self._lock:
            self._left += given_up
            self._shipments = {
                shipment: place
                for shipment, place in self._shipments.items()
                if not shipment.is_done and shipment not in given_up
            }

    def _sleep(self) -> None:
        under_way = self.under_way()
        dues = [shipment.due for shipment in under_way if shipment.can_move]
        wait = min(dues, default=float("inf")) - time.monotonic()
        try:
            if wait > 0:
                self._wakes.get(timeout=min(wait, _LOOK_SECONDS) if under_way else None)
            while True:
                self._wakes.get_nowait()
        except Empty:
            return


def _is_worth_waiting(shipment: Shipment) -> bool:
    return shipment.can_move and not shipment.is_held
