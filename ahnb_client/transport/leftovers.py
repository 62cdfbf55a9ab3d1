"""What processes that are gone left behind, shipped by the next one beside its own runs."""

import contextlib
import threading
import time
from pathlib import Path

from ..config import Config
from ..errors import ConfigurationError
from . import loading
from .making import Server
from .shipment import Shipment
from .spool import LeftSegments, Spool, spool_folders, this_host

_MAX_FAILURES = 3
_FIRST_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 15.0, 600.0
_POLL_SECONDS = 0.02


class Leftovers:
    """Ships the spools of dead processes, in a thread that lives while there are some.

    The lock of a spool tells a live process from a dead one. A process ships what was recorded on
    this machine for its own server, and nothing that was kept offline on purpose.
    """

    def __init__(self) -> None:
        self._seen: set[tuple[Path, str]] = set()
        self._threads: list[threading.Thread] = []
        self._held: Spool | None = None
        self._is_ending = threading.Event()
        self._is_pausing = False

    def look(self, config: Config) -> None:
        """See what lies in the spool of these settings, once per process."""
        if config.directory is None or config.server is None or not config.can_send:
            return
        place = config.directory, config.server
        if place in self._seen:
            return
        self._seen.add(place)
        thread = threading.Thread(
            target=self._work, args=(config,), name="ahnb-leftovers", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def drain(self, deadline: float) -> None:
        """Wait until all is shipped, the server is in trouble, or the deadline has come."""
        while time.monotonic() < deadline and self._is_busy():
            time.sleep(_POLL_SECONDS)
        self._is_ending.set()

    def abandon(self) -> None:
        """In a forked child: hold nothing that the parent holds."""
        if self._held is not None:
            self._held.release()

    def _is_busy(self) -> bool:
        return not self._is_pausing and any(thread.is_alive() for thread in self._threads)

    # In the thread

    def _work(self, config: Config) -> None:
        self._is_ending.wait(loading.COURTESY_SECONDS)
        pause = _FIRST_PAUSE_SECONDS
        with contextlib.suppress(OSError):  # the folder cannot be read: `ahnb sync` says why
            while asked := self._ship_all(config):
                self._is_pausing = True
                if self._is_ending.wait(max(asked, pause)):
                    return
                self._is_pausing = False
                pause = min(pause * 2, _MAX_PAUSE_SECONDS)

    def _ship_all(self, config: Config) -> float:
        """Ship what can be; gives for how long the server wants to be left alone, 0 if not."""
        server: Server | None = None
        for folder in spool_folders(config.directory or Path()):
            spool = self._held = adopted(folder)
            if spool is None:
                continue
            try:
                if _is_ours(spool, config):
                    server = server or _server_of(config)
                    if pause := self._ship(spool, server):
                        return pause
            finally:
                self._held = None
                spool.release()
        return 0.0

    def _ship(self, spool: Spool, server: Server) -> float:
        """Send until nothing can be done; gives the seconds to wait if that may change."""
        source = LeftSegments(spool.folder)
        shipment = Shipment(spool.header, source, spool, is_left=True, quiet=True)
        while shipment.can_move:
            pause = shipment.due - time.monotonic()
            if shipment.failures >= _MAX_FAILURES or pause > _FIRST_PAUSE_SECONDS:
                return max(pause, _FIRST_PAUSE_SECONDS)
            if self._is_ending.wait(max(0.0, pause)):
                break
            shipment.step(server)
        return 0.0


def adopted(folder: Path) -> Spool | None:
    """The spool, if its process is gone and it can be read."""
    try:
        return Spool.adopt(folder)
    except (ConfigurationError, OSError):
        return None


def _is_ours(spool: Spool, config: Config) -> bool:
    header = spool.header
    is_from_here = header.host == this_host() and header.server == config.server
    return is_from_here and header.automatic and bool(header.create.get("project"))


def _server_of(config: Config) -> Server:
    server: Server = loading.http().Server(config.server or "", config.key)
    return server
