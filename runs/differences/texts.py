"""How texts differ, line by line; and lists of texts, such as the cells of a notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .align import Pairs, aligned, stretches

CONTEXT = 3
# Cells between two that stayed are set beside each other by how many lines they share.
MOST_LIKENED = 60
ALIKE = 0.3
Line = tuple[str, str]  # its kind (same, added, removed, place) and its text, with a sign


@dataclass(frozen=True)
class Part:
    """A text of each side, None where there is none; they belong together."""

    before: int | None
    after: int | None


def line_difference(was: str, now: str) -> Iterator[Line]:
    """The lines that differ with three lines around them, as in a unified diff."""
    one, other = was.splitlines(), now.splitlines()
    told = list(_told(one, other))
    wanted = [at for at, (kind, *_) in enumerate(told) if kind != "same"]
    shown = sorted({near for at in wanted for near in range(at - CONTEXT, at + CONTEXT + 1)})
    last = None
    for at in shown:
        if not 0 <= at < len(told):
            continue
        kind, text, before, after = told[at]
        if last is None or at != last + 1:
            yield "place", f"@@ line {before + 1:,} → {after + 1:,} @@"
        last = at
        yield kind, {"same": " ", "added": "+", "removed": "-"}[kind] + text


def _told(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str, int, int]]:
    """Every line once, with where it stands in both."""
    for ours, theirs, equal in stretches(aligned(one, other), len(one), len(other)):
        for at in ours:
            yield "removed", one[at], at, theirs.start
        for at in theirs:
            yield "added", other[at], ours.stop, at
        if equal:
            yield "same", one[equal[0]], *equal


def paired(one: Sequence[str], other: Sequence[str]) -> list[Part]:
    """Which texts belong together: equal ones, then those between them that share lines.

    All are there once, in the second list's order, removed ones where they were.
    """
    found: list[Part] = []
    for ours, theirs, equal in stretches(aligned(one, other), len(one), len(other)):
        found += _gap(one, other, ours, theirs)
        if equal:
            found.append(Part(*equal))
    return found


def _gap(one: Sequence[str], other: Sequence[str], ours: range, theirs: range) -> Iterator[Part]:
    pairs = _likened([one[at] for at in ours], [other[at] for at in theirs])
    for removed, added, alike in stretches(pairs, len(ours), len(theirs)):
        yield from (Part(ours[at], None) for at in removed)
        yield from (Part(None, theirs[at]) for at in added)
        if alike:
            yield Part(ours[alike[0]], theirs[alike[1]])


def _likened(one: Sequence[str], other: Sequence[str]) -> Pairs:
    """Rising pairs whose likeness is greatest in all; one beside one always belongs together."""
    if len(one) == len(other) == 1:
        return [(0, 0)]
    if not one or not other or max(len(one), len(other)) > MOST_LIKENED:
        return []
    bags = [[Counter(text.splitlines()) for text in part] for part in (one, other)]
    likeness = [[_alike(first, second) for second in bags[1]] for first in bags[0]]
    best = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            together = best[i + 1][j + 1] + likeness[i][j]
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: Pairs = []
    i = j = 0
    while i < len(one) and j < len(other):
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """The share of lines that two texts have in common; 0 where it is small."""
    total = one.total() + other.total()
    share = 2 * (one & other).total() / total if total else 0.0
    return share if share >= ALIKE else 0.0
