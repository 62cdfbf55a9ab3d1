"""Files locked between processes; the kernel frees them however a process ends."""

import fcntl
import os
import time
from pathlib import Path

from .errors import Busy

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX


def open_lock(path: Path) -> int:
    """A descriptor of the lock file; children that are executed do not inherit it."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_lock(descriptor: int, kind: int) -> bool:
    """Take the lock if that is possible at once."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def take_lock(path: Path, kind: int, *, seconds: float) -> int:
    """Take the lock and return its descriptor; closing that frees it.

    Raises:
        Busy: somebody else still held it after `seconds`.
    """
    descriptor = open_lock(path)
    deadline = time.monotonic() + seconds
    while not try_lock(descriptor, kind):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            raise Busy(f"{path} is held by another process")
        time.sleep(0.02)
    return descriptor


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock exclusively just now."""
    descriptor = open_lock(path)
    try:
        return try_lock(descriptor, SHARED)
    finally:
        os.close(descriptor)
