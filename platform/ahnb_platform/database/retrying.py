"""Doing a transaction again that PostgreSQL broke off for the sake of others.

A deadlock or a serialization failure says nothing about the work itself: the same transaction, run
again, mostly passes.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
TIMES = 3
PAUSE_SECONDS = 0.05

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def is_broken_off(error: BaseException) -> bool:
    """Whether PostgreSQL ended the transaction for another one's sake."""
    return getattr(error.__cause__, "pgcode", None) in (SERIALIZATION_FAILURE, DEADLOCK)


def again_if_broken_off(work: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Do `work`, which makes its own transactions and may be repeated, at most three times more.

    Inside a caller's transaction it is done once: that one has to begin anew.
    """

    @wraps(work)
    def done(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        if connection.in_atomic_block:
            return work(*args, **kwargs)
        for number in range(TIMES):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if not is_broken_off(error):
                    raise
            # Apart from the other one, which does the same.
            time.sleep(random.uniform(0.5, 1) * PAUSE_SECONDS * 2**number)  # noqa: S311
        return work(*args, **kwargs)

    return done
