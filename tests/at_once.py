"""Real threads that begin at the same moment, each with its own connection."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

from django.db import connection

from ahnb_platform.errors import DomainError


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each act returned, or the DomainError that it was refused with, in order.

    Anything else that an act raises fails the test.
    """
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connect(start)
            start.wait(timeout=120)
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with one_race(), ThreadPoolExecutor(max_workers=len(acts)) as pool:
        racing = [pool.submit(run, act) for act in acts]
    errors = [error for error in (one.exception() for one in racing) if error]
    if errors:  # those that were let go say nothing of why
        raise min(errors, key=lambda error: isinstance(error, BrokenBarrierError))
    return [one.result() for one in racing]


@contextmanager
def one_race() -> Iterator[None]:
    """Of all processes that test one races at a time: PostgreSQL has a hundred connections."""
    with Path(__file__).open() as shared:
        flock(shared, LOCK_EX)
        yield


def connect(start: Barrier) -> None:
    """Connect; whoever cannot lets the others go, too."""
    try:
        connection.ensure_connection()
    except BaseException:
        start.abort()
        raise
