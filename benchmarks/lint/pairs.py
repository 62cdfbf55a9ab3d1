"""Pairs of programs and mistakes, and what running one brought. Without Keras."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

GROUPS = ("development", "held-out", "mixed")
LOUD = ("warn", "error")  # what people are shown unasked


@dataclass(frozen=True)
class Pair:
    """A program and the kind of mistake in it; without one it is the sound program.

    Attributes:
        group: "development" or "held-out", if program and kind are of one set; else "mixed".
        floor: the score that the sound program reaches.
        right: the rules that name the mistake.
        lowers_score: whether the mistake is such as makes a program miss its floor.
    """

    program: str
    kind: str | None
    group: str
    floor: float
    right: tuple[str, ...] = ()
    lowers_score: bool = False

    @property
    def name(self) -> str:
        return f"{self.program}/{self.kind or 'sound'}"


@dataclass(frozen=True)
class Finding:
    """What the linter said: the rule, how bad ("error", "warn", "info"), and in words."""

    id: str
    severity: str
    text: str


@dataclass(frozen=True)
class Result:
    """What a pair brought.

    Attributes:
        findings: what the linter said until the end, or until `error`.
        score: on test data; None after an `error`, or for predictions of a wrong shape.
        error: what Keras raised in the training.
        failure: why there is no result at all: out of time, or the process was gone.
        seconds: of the whole program.
    """

    pair: Pair
    findings: tuple[Finding, ...] = ()
    score: float | None = None
    error: str | None = None
    failure: str | None = None
    seconds: float = 0.0

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(finding.id for finding in self.findings)

    @property
    def loud(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity in LOUD]

    @property
    def right(self) -> frozenset[str]:
        """The rules among the findings that name the mistake."""
        return self.ids & frozenset(self.pair.right)

    @property
    def is_good(self) -> bool:
        """Whether it reached the score of the sound program; NaN does not."""
        return self.score is not None and self.score >= self.pair.floor


def with_sound(pairs: Collection[Pair], chosen: Collection[Pair]) -> list[Pair]:
    """The chosen pairs and the sound program of each, in the order of all pairs."""
    programs = {pair.program for pair in chosen}
    kept = set(chosen)
    return [
        pair for pair in pairs if pair in kept or (pair.kind is None and pair.program in programs)
    ]


def sample(pairs: Collection[Pair]) -> list[Pair]:
    """Of each kind one pair of each group, of various programs, and their sound programs."""
    kinds = dict.fromkeys(pair.kind for pair in pairs if pair.kind is not None)
    chosen = []
    for number, kind in enumerate(kinds):
        for group in GROUPS:
            of_both = [p for p in pairs if (p.kind, p.group) == (kind, group)]
            chosen += of_both[number % len(of_both) :][:1] if of_both else []
    return with_sound(pairs, chosen)


def named(pairs: Collection[Pair], names: Collection[str]) -> list[Pair]:
    """The pairs of these programs, kinds, or `program/kind`, and their sound programs.

    Raises:
        ValueError: a name is of none of them.
    """
    known = {name for pair in pairs for name in (pair.program, pair.kind, pair.name)}
    if unknown := sorted(set(names) - known):
        raise ValueError(f"no program, kind or pair is called {', '.join(unknown)}")
    wanted = set(names)
    return with_sound(pairs, [p for p in pairs if {p.program, p.kind, p.name} & wanted])
