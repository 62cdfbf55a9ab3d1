"""Imports of our threads, kept apart from forks.

A process that forks while another thread imports a module leaves half of it to the child, for
ever. So a fork waits until such an import is over.
"""

# It has to do with forks itself. Were it first imported during one, with requests, Python would
# call the second half of what it wants done without the first.
import logging  # noqa: F401
import threading
from types import ModuleType

# For so long our threads leave the interpreter to whoever begins a run. Each of them that computes
# or imports makes him wait for 5 ms whenever he lets go of its lock, as to start the next thread.
COURTESY_SECONDS = 0.1

_WAIT_SECONDS = 5.0  # nothing takes as long, unless the fork itself is part of an import

_lock = threading.Lock()


def http() -> ModuleType:
    """The module that knows HTTP; it loads requests, which takes its time."""
    with _lock:
        from . import http as module
    return module


def before_fork() -> None:
    """Let no import be half done."""
    _lock.acquire(timeout=_WAIT_SECONDS)


def after_fork() -> None:
    """Go on, in the parent and in the child."""
    if _lock.locked():
        _lock.release()
