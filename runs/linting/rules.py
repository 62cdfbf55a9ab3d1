"""What rules say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ahnb_client.linting.pages import EXAMPLES_USE, SEVERITY_WORDS
from ahnb_client.linting.rule import RULES, Rule
from ahnb_client.linting.rules import load

# What is the same on the page of every rule with examples.
USES = " ".join(EXAMPLES_USE.replace("`", "").split())


@dataclass(frozen=True)
class RuleWords:
    """A rule in words; all of them empty but `id` for one that is not ours.

    Attributes:
        looks_at: what is looked for, in a sentence; `why` it matters; `source`: where that is
            known from.
        mend: what to do, in words; "" where `sound` shows it.
        found, sound: lines of Keras in which it finds something, and close ones in which not.
    """

    id: str
    title: str = ""
    why: str = ""
    source: str = ""
    looks_at: str = ""
    severity: str = ""
    subject: str = ""
    mend: str = ""
    found: str = ""
    sound: str = ""

    @property
    def severity_words(self) -> str:
        return dict(SEVERITY_WORDS).get(self.severity, "")

    def get_absolute_url(self) -> str:
        """Of the page that explains it; "" for a rule that is not ours."""
        return f"/findings/rules/{self.id}/" if self.title else ""


def words_of_rule(rule: str) -> RuleWords:
    """What is wrong, why it matters and where that is known from, as the rule of this id says."""
    load()
    one = RULES.get(rule)
    return _words(one) if one else RuleWords(rule)


def rules_by_subject() -> dict[str, Sequence[RuleWords]]:
    """All rules, below what they are about."""
    load()
    found: dict[str, list[RuleWords]] = {}
    for one in RULES.values():
        found.setdefault(one.subject, []).append(_words(one))
    return dict(found)


def _words(one: Rule) -> RuleWords:
    return RuleWords(
        id=one.id,
        title=one.title,
        why=one.why,
        source=one.source,
        looks_at=one.looks_at,
        severity=one.severity,
        subject=one.subject,
        mend=one.mend,
        found=one.found.strip(),
        sound=one.sound.strip(),
    )
