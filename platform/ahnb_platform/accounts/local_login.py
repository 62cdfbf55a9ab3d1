"""Whether an address may log in by what this server itself hands out: a password, a link.

What knows of other ways (`ahnb_platform.identity`) adds a rule; without any everybody may.
"""

from collections.abc import Callable

Rule = Callable[[str], bool]

ELSEWHERE = "People of this address log in through their provider, not by what is kept here."
_rules: list[Rule] = []


def add_rule(rule: Rule) -> None:
    """Ask `rule`, too; it must answer alike for known and unknown addresses."""
    if rule not in _rules:
        _rules.append(rule)


def is_allowed(email: str) -> bool:
    """Whether every rule lets the address in."""
    return all(rule(email) for rule in _rules)
