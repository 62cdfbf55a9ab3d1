"""What was found in runs, as pages show it: with what the rule itself says, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ahnb_platform.web.formats import given

from ..linting.queries import findings_of_run, with_mutes
from ..linting.rules import RuleWords, words_of_rule
from ..models import Finding, Run, Severity

# On the page of a run.
MOST_SHOWN = 100
LONGEST_NUMBER = 160


@dataclass(frozen=True)
class Shown:
    """One finding.

    Attributes:
        rule: what the rule says of itself; empty texts for one that is not ours.
        evidence: names and numbers, as texts.
        mute: `{id, reason, by, run}` where somebody muted it.
    """

    finding: Finding
    rule: RuleWords
    evidence: Sequence[tuple[str, str]]
    mute: Mapping[str, Any] | None

    @property
    def severity(self) -> str:
        return str(Severity(self.finding.severity).label)


@dataclass(frozen=True)
class Found:
    """What was found in a run: what is told, the worst first, and what is muted."""

    told: Sequence[Shown]
    muted: Sequence[Shown]

    def __bool__(self) -> bool:
        return bool(self.told or self.muted)


NOTHING = Found((), ())


def found_in(run: Run) -> Found:
    """The findings of a run, by one statement."""
    rows = shown(with_mutes(findings_of_run(run))[:MOST_SHOWN])
    return Found([one for one in rows if not one.mute], [one for one in rows if one.mute])


def shown(findings: Iterable[Finding]) -> list[Shown]:
    """Findings that came `with_mutes`."""
    return [
        Shown(one, words_of_rule(one.rule), _evidence(one.evidence), getattr(one, "mute", None))
        for one in findings
    ]


def _evidence(evidence: Any) -> list[tuple[str, str]]:
    if not isinstance(evidence, Mapping):
        return []
    return [(name, _text(value)) for name, value in evidence.items()]


def _text(value: Any) -> str:
    """A number or text as people write it; anything else as JSON, cut where it is long."""
    is_plain = value is None or isinstance(value, str | int | float)
    text = str(given(value)) if is_plain else orjson.dumps(value).decode()
    return text if len(text) <= LONGEST_NUMBER else text[: LONGEST_NUMBER - 1] + "…"
