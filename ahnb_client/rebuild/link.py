"""How a run knows that it repeats another one.

`ahnb rerun` starts the program with AHNB_RERUN: the run that is repeated, which run of its
process that was (counted from 1), and the id that the new one takes. Of several runs of the
process only that one is linked.
"""

import itertools
import os
from dataclasses import dataclass

VARIABLE = "AHNB_RERUN"
TAG = "rerun"


@dataclass(frozen=True)
class Place:
    """Where a run stands: its number in this process, and what it repeats, if anything."""

    number: int
    run_id: str | None = None
    rerun_of: str | None = None


_numbers = itertools.count(1)


def next_place() -> Place:
    """Say where the run that begins now stands."""
    number = next(_numbers)
    of, _, rest = os.environ.get(VARIABLE, "").partition(":")
    wanted, _, run_id = rest.partition(":")
    if wanted != str(number):
        return Place(number)
    return Place(number, run_id, of)


def told(of: str, number: int, run_id: str) -> str:
    """The value of the variable."""
    return f"{of}:{number}:{run_id}"
