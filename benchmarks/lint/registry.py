"""All programs and kinds, and which pairs belong to which set."""

from __future__ import annotations

from dataclasses import replace

from . import faults
from .heldout import images as heldout_images
from .heldout import kinds as heldout_kinds
from .heldout import mixed
from .heldout import series as heldout_series
from .heldout import tabular as heldout_tabular
from .pairs import Pair
from .program import Fault, Program
from .programs import functional, generative, images, series, tabular, text

DEVELOPMENT = (tabular, functional, images, generative, series, text)
HELDOUT = (heldout_tabular, heldout_series, heldout_images)

PROGRAMS: dict[str, Program] = {
    program.name: program for module in (*DEVELOPMENT, *HELDOUT) for program in module.PROGRAMS
}
HELDOUT_PROGRAMS = frozenset(program.name for module in HELDOUT for program in module.PROGRAMS)
HELDOUT_KINDS = frozenset(fault.name for fault in heldout_kinds.KINDS)


def everywhere(fault: Fault) -> Fault:
    """A kind with the programs of both sets."""
    return replace(fault, changes={**fault.changes, **mixed.CHANGES.get(fault.name, {})})


KINDS: dict[str, Fault] = {
    fault.name: everywhere(fault) for fault in (*faults.KINDS, *heldout_kinds.KINDS)
}


def group_of(program: str, kind: str | None) -> str:
    """The set of a pair; a sound program belongs to its own."""
    apart = program in HELDOUT_PROGRAMS
    if kind is not None and (kind in HELDOUT_KINDS) != apart:
        return "mixed"
    return "held-out" if apart else "development"


def pairs() -> list[Pair]:
    """Each program, sound, then with each mistake that it can have."""
    found = []
    for name, program in PROGRAMS.items():
        found.append(Pair(name, None, group_of(name, None), program.floor))
        found += [
            Pair(
                name,
                fault.name,
                group_of(name, fault.name),
                program.floor,
                tuple(sorted(fault.right)),
                fault.lowers_score,
            )
            for fault in KINDS.values()
            if name in fault.changes
        ]
    return found
