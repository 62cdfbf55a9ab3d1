"""Signals, and what the process table says."""

import ctypes
import multiprocessing
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PROCESSES = Path("/proc")


def set_death_signal(number: int) -> None:
    """Have the kernel send this process a signal when its parent dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def die_with_parent() -> None:
    """Tie a worker to the process that started it, so that it cannot outlive it with its port.

    Only a child of `multiprocessing` is tied: anything else that imports the application was
    started by a shell or a test, whose end means nothing to it.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    # Not SIGTERM: a graceful stop waits for the parent that is gone, and has hung. What was
    # answered is committed.
    set_death_signal(signal.SIGKILL)
    if not parent.is_alive():
        os.kill(os.getpid(), signal.SIGKILL)


def command_line(pid: int) -> list[str]:
    """The words of a process, or none: not there, a zombie, or no process table to read."""
    try:
        return os.fsdecode((PROCESSES / str(pid) / "cmdline").read_bytes()).split("\0")
    except OSError:
        return []


def working_folder(pid: int) -> Path | None:
    """The working folder of one of our processes; None if it cannot be seen or is a zombie."""
    try:
        return (PROCESSES / str(pid) / "cwd").readlink()
    except OSError:
        return None


def processes_titled(title: str) -> list[int]:
    """The processes whose command line names `title`; empty where there is no process table."""
    if not PROCESSES.exists():
        return []
    numbers = [int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if title in " ".join(command_line(pid))]
