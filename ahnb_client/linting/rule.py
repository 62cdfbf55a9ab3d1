"""What a rule is, and the list of all rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .facts import Facts
from .finding import Finding, Severity


@dataclass(frozen=True)
class Hit:
    """What a rule's function yields: a finding but for what the rule itself says.

    Attributes:
        text, fix, where, evidence: as in `Finding`.
        severity: where this case is milder or worse than the rule.
    """

    text: str
    fix: str
    where: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity | None = None


Look = Callable[[Facts], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One unit of the catalogue.

    Attributes:
        id: short and stable: findings, mutes and the documentation refer to it.
        title: what is wrong, in a few words.
        why: why it matters, in a sentence or two.
        source: where that is known from: a paper, a book, Keras' documentation.
        dynamic: it reads what the training did, and is looked at again after each epoch.
        look: yields a `Hit` for each place.
        found: lines of Keras in which it finds something; `docs/lint/` shows them, tests run them.
        sound: lines close to those in which it finds nothing.
        mend: what to do, where no lines of Keras show it.
    """

    id: str
    severity: Severity
    title: str
    why: str
    source: str
    dynamic: bool
    look: Look
    found: str = ""
    sound: str = ""
    mend: str = ""

    @property
    def looks_at(self) -> str:
        """What is looked for, in a sentence."""
        return (self.look.__doc__ or self.title).strip().splitlines()[0]

    @property
    def subject(self) -> str:
        """What the rule's module is about: the first line of its docstring."""
        about = sys.modules[self.look.__module__].__doc__ or "Others"
        return about.strip().splitlines()[0].rstrip(".")

    def findings(self, facts: Facts) -> Iterator[Finding]:
        """Yield what this rule finds in `facts`."""
        for hit in self.look(facts):
            severity = hit.severity or self.severity
            yield Finding(self.id, severity, hit.text, hit.fix, hit.where, hit.evidence)


RULES: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002 - what everybody calls it
    severity: Severity,
    *,
    title: str,
    why: str,
    source: str,
    dynamic: bool = False,
    found: str = "",
    sound: str = "",
    mend: str = "",
) -> Callable[[Look], Look]:
    """Put a function that yields a `Hit` for each place into the list of rules."""

    def listed(look: Look) -> Look:
        if id in RULES:
            raise ValueError(f"two rules have the id {id}")
        RULES[id] = Rule(id, severity, title, why, source, dynamic, look, found, sound, mend)
        return look

    return listed
