"""The documentation of the rules, made from what they say of themselves."""

from __future__ import annotations

import sys

from .rule import RULES, Rule
from .rules import load

_SEVERITIES = {
    "error": "the model cannot learn what was meant",
    "warn": "probably wrong",
    "info": "style, or waste",
}
_NAMES = """`x`, `y` and other data are those of the training; `keras`, `layers`, `np` and `tf` are
imported. A test runs both examples."""


def page_of(one: Rule) -> str:
    """The name of the rule's page in `docs/lint/`."""
    return f"{one.id}.md"


def pages() -> dict[str, str]:
    """The pages by file name: one for each rule, and ``README.md`` with the list."""
    load()
    rules = list(RULES.values())
    return {page_of(one): _page(one) for one in rules} | {"README.md": _index(rules)}


def _index(rules: list[Rule]) -> str:
    severities = [f"- **{name}**: {meaning}" for name, meaning in _SEVERITIES.items()]
    lines = ["# Rules", "", "What is looked for in models and trainings.", "", *severities, ""]
    subject = None
    for one in rules:
        if _subject(one) != subject:
            subject = _subject(one)
            lines += [f"\n## {subject}", "", "| rule | severity | what is wrong |", "|---|---|---|"]
        lines.append(f"| [{one.id}]({page_of(one)}) | {one.severity} | {one.title} |")
    return "\n".join([*lines, ""])


def _subject(one: Rule) -> str:
    """What the rule's module is about: the first line of its docstring."""
    about = sys.modules[one.look.__module__].__doc__ or "Others"
    return about.strip().splitlines()[0].rstrip(".")


def _page(one: Rule) -> str:
    looks = (one.look.__doc__ or one.title).strip().splitlines()[0]
    lines = [f"# {one.id}: {one.title}", "", f"Severity: {one.severity}", ""]
    lines += [f"**What**: {looks}", "", f"**Why**: {one.why}", "", f"**Source**: {one.source}", ""]
    for title, example in (("Is found", one.found), ("Is not found", one.sound)):
        if example:
            lines += [f"## {title}", "", "```python", example.strip(), "```", ""]
    return "\n".join([*lines, _NAMES, ""] if one.found else lines)
