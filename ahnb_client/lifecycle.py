"""The runs of this process, and what happens to them when it forks, is told to stop, or ends."""

import _thread
import atexit
import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, NoReturn

from .config import EXIT_TIMEOUT_SECONDS, Config
from .notices import tell
from .transport import loading
from .transport.journal import Journal
from .transport.leftovers import Leftovers
from .transport.sender import Sender
from .transport.shipment import Shipment
from .transport.spool import Header, Spool

if TYPE_CHECKING:
    from .run import Run

MAX_REASON = 1000


class _Process:
    """What this process knows of its runs; a forked child begins with a new one."""

    def __init__(self) -> None:
        self.live: dict[str, Run] = {}
        self.sender = Sender()
        self.leftovers = Leftovers()
        self.exit_timeout = EXIT_TIMEOUT_SECONDS
        self.outcome: tuple[str, str | None] = ("finished", None)


_process = _Process()
_is_watching = False


def live_run(run_id: str) -> "Run | None":
    """The run of this id, if it was begun in this process and has not ended."""
    return _process.live.get(run_id)


def begin(
    run: "Run", header: Header, spool: Spool | None, journal: Journal, config: Config
) -> Shipment | None:
    """Know a run, and have what it records delivered; None if nothing is sent."""
    _watch()
    _process.live[run.id] = run
    _process.exit_timeout = config.exit_timeout
    if not (config.can_send and config.server and config.key):
        if spool is not None:
            tell(f"recording offline in {spool.folder}; `ahnb sync` uploads it", once="offline")
        return None
    shipment = Shipment(header, journal, spool)
    _process.sender.add(shipment, config.server, config.key)
    _process.leftovers.look(config)
    return shipment


def end(run: "Run", spool: Spool | None, journal: Journal, shipment: Shipment | None) -> None:
    """The run takes no more records; what it holds is still delivered."""
    _process.live.pop(run.id, None)
    if shipment is not None:
        shipment.hurry()
        _process.sender.wake()
    elif spool is not None and journal.detach():
        spool.release()


def take_up(run: "Run") -> None:
    """The run goes on in the journal that it had."""
    _process.live[run.id] = run


def wait(shipment: Shipment, journal: Journal, timeout: float) -> bool:
    """Whether the server has what was recorded so far, or gets it within `timeout` seconds."""
    return _process.sender.wait(shipment, journal.end(), timeout)


def outcome(error: BaseException | None) -> tuple[str, str | None]:
    """The status and reason of something that ended with `error`."""
    if error is None:
        return "finished", None
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", None
    if isinstance(error, SystemExit):
        return _exit_outcome(error.code)
    return "failed", f"{type(error).__name__}: {error}"[:MAX_REASON]


def _exit_outcome(code: object) -> tuple[str, str | None]:
    if code is None or code == 0:
        return "finished", None
    return "failed", f"exit status {code}"[:MAX_REASON]


# The process forks, is told to stop, or ends


def _watch() -> None:
    """From the first run on, look out for the end of the process."""
    global _is_watching
    if threading.current_thread() is threading.main_thread():
        _watch_sigterm()
    if _is_watching:
        return
    _is_watching = True
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=loading.before_fork,
            after_in_parent=loading.after_fork,
            after_in_child=_after_fork,
        )
    _watch_exceptions()


def _watch_exceptions() -> None:
    """`atexit` does not say why a process ends; the exception and the status have to be seen."""
    previous_hook, previous_exit = sys.excepthook, sys.exit

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _process.outcome = outcome(error)
        previous_hook(kind, error, trace)

    def exit_with(status: object = None, /) -> NoReturn:
        _process.outcome = _exit_outcome(status)
        previous_exit(status)  # type: ignore[arg-type]

    sys.excepthook, sys.exit = hook, exit_with


def _watch_sigterm() -> None:
    """Only where nobody else wants to know; SIGINT stays Python's."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _on_sigterm)


def _on_sigterm(number: int, _frame: FrameType | None) -> None:
    # A handler interrupts the main thread anywhere, also where that holds one of our locks, so
    # it only starts a thread. A second signal ends the process at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _thread.start_new_thread(_leave, (number,))


def _leave(number: int) -> None:
    _finish_all("preempted", None)
    os.kill(os.getpid(), number)


def _at_exit() -> None:
    _finish_all(*_process.outcome)


def _finish_all(status: str, reason: str | None) -> None:
    """End what lives, and wait for the delivery as long as a person would."""
    for run in list(_process.live.values()):
        run.finish(status, reason)
    deadline = time.monotonic() + _process.exit_timeout
    left = _process.sender.drain(_process.exit_timeout)
    if not left:  # the server takes what it is given
        _process.leftovers.drain(deadline)
    kept = dict.fromkeys(shipment.run_id for shipment in left if shipment.spool is not None)
    if kept:
        why = next((s.stopped_by or s.trouble for s in left if s.stopped_by or s.trouble), "")
        tell(f"not everything is sent yet{f' ({why})' if why else ''}: ahnb sync {' '.join(kept)}")
    if any(shipment.spool is None for shipment in left):
        tell("records kept in memory could not be sent and are lost")


def _after_fork() -> None:
    """A child records nothing of its parent's runs, and holds none of their locks."""
    global _process
    loading.after_fork()
    parent, _process = _process, _Process()
    parent.sender.abandon()
    parent.leftovers.abandon()
    for run in parent.live.values():
        run.abandon()
    if signal.getsignal(signal.SIGTERM) is _on_sigterm:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
