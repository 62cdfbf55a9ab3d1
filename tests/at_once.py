"""Real threads that begin at the same moment, each with its own connection."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
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

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(run, acts))


def connect(start: Barrier) -> None:
    """Connect; whoever cannot lets the others go, too."""
    try:
        connection.ensure_connection()
    except BaseException:
        start.abort()
        raise
