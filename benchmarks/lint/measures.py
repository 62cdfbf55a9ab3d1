"""How good a linter is, counted from results. Each share keeps both of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .pairs import Finding, Result


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    def __str__(self) -> str:
        percent = f"{100 * self.part / self.whole:.0f} %" if self.whole else "–"
        return f"{self.part}/{self.whole} ({percent})"


@dataclass(frozen=True)
class FalsePositive:
    """A warning or an error about a sound program."""

    program: str
    finding: Finding


def sound(results: Iterable[Result]) -> list[Result]:
    """Sound programs that ran."""
    return [r for r in results if r.pair.kind is None and not r.failure]


def faulty(results: Iterable[Result]) -> list[Result]:
    """Programs with a mistake; one that had no result counts as one where nothing was found."""
    return [r for r in results if r.pair.kind is not None]


def false_positives(results: Iterable[Result]) -> list[FalsePositive]:
    """All warnings and errors about sound programs."""
    return [FalsePositive(r.pair.program, found) for r in sound(results) for found in r.loud]


def recall(results: Iterable[Result]) -> Share:
    """In how many faulty programs a right rule is among the findings, of any severity."""
    chosen = faulty(results)
    return Share(sum(bool(r.right) for r in chosen), len(chosen))


def recall_per_kind(results: Sequence[Result]) -> dict[str, Share]:
    """The same for each kind, in the order in which kinds come."""
    kinds = dict.fromkeys(r.pair.kind for r in faulty(results))
    return {
        kind: recall(r for r in results if r.pair.kind == kind)
        for kind in kinds
        if kind is not None
    }


def flips(results: Iterable[Result], twins: Iterable[Result]) -> Share:
    """Of the faulty programs where a right rule was found: where one is absent from the sound twin.

    Args:
        results: those that are counted.
        twins: among which the sound programs are; without its twin a pair does not flip.
    """
    clean = {r.pair.program: r.ids for r in sound(twins)}
    found = [r for r in faulty(results) if r.right]
    flipped = [r for r in found if r.pair.program in clean and r.right - clean[r.pair.program]]
    return Share(len(flipped), len(found))


def broken(results: Iterable[Result]) -> list[tuple[str, str]]:
    """What failed: pairs without a result, and sound programs that raised."""
    failures = []
    for r in results:
        reason = r.failure or (r.error if r.pair.kind is None else None)
        if reason:
            failures.append((r.pair.name, reason))
    return failures


def crashed(results: Iterable[Result]) -> Share:
    """How many mistakes ended in an error, with what was found until then."""
    chosen = faulty(results)
    return Share(sum(r.error is not None for r in chosen), len(chosen))
