"""What rules say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from ahnb_client.linting.rule import RULES
from ahnb_client.linting.rules import load


@dataclass(frozen=True)
class RuleWords:
    """A rule in words; all of them empty but `id` for one that is not ours."""

    id: str
    title: str = ""
    why: str = ""
    source: str = ""


def words_of_rule(rule: str) -> RuleWords:
    """What is wrong, why it matters and where that is known from, as the rule of this id says."""
    load()
    one = RULES.get(rule)
    return RuleWords(one.id, one.title, one.why, one.source) if one else RuleWords(rule)
