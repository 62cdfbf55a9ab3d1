"""The documentation of the rules, made from what they say of themselves."""

from __future__ import annotations

import sys

from .rule import RULES, Rule
from .rules import MODULES, load

_SEVERITIES = {
    "error": "the model cannot learn what was meant",
    "warn": "probably wrong",
    "info": "style, or waste",
}
_NAMES = """`model`, `x`, `y` and other data are those of the training; `keras`, `layers` and
`np` are imported. Each example is run by a test: the first one is found, the second one is not."""


def page_of(one: Rule) -> str:
    """The rule's place in `docs/lint/`: ``losses.md#loss01``."""
    return f"{_module(one)}.md#{one.id.lower()}"


def pages() -> dict[str, str]:
    """The pages by file name: a page for each module of rules, and ``README.md`` with the list."""
    load()
    by_module: dict[str, list[Rule]] = {name: [] for name in MODULES}
    for one in RULES.values():
        by_module.setdefault(_module(one), []).append(one)
    found = {f"{name}.md": _page(name, rules) for name, rules in by_module.items() if rules}
    return found | {"README.md": _index(by_module)}


def _module(one: Rule) -> str:
    return one.look.__module__.rpartition(".")[2]


def _about(module: str) -> str:
    """The first line of a module's docstring."""
    name = f"{__package__}.rules.{module}"
    return (sys.modules[name].__doc__ or module).strip().splitlines()[0]


def _index(by_module: dict[str, list[Rule]]) -> str:
    rows = [
        f"| [{one.id}]({page_of(one)}) | {one.severity} | {one.title} |"
        for rules in by_module.values()
        for one in rules
    ]
    severities = [f"- **{name}**: {meaning}" for name, meaning in _SEVERITIES.items()]
    head = ["# Rules", "", "What is looked for in models and trainings.", "", *severities, ""]
    return "\n".join([*head, "| rule | severity | what is wrong |", "|---|---|---|", *rows, ""])


def _page(module: str, rules: list[Rule]) -> str:
    has_examples = any(one.found for one in rules)
    head = [f"# {_about(module).rstrip('.')}", ""]
    names = [_NAMES, ""] if has_examples else []
    return "\n".join([*head, *names, *(line for one in rules for line in _section(one))])


def _section(one: Rule) -> list[str]:
    looks = (one.look.__doc__ or "").strip().splitlines()
    lines = [f"## {one.id}", "", f"**{one.title[0].upper()}{one.title[1:]}** ({one.severity})", ""]
    lines += [looks[0], ""] if looks else []
    lines += [f"Why: {one.why}", "", f"Source: {one.source}", ""]
    for title, example in (("Is found", one.found), ("Is not", one.sound)):
        if example:
            lines += [f"{title}:", "", "```python", example.strip(), "```", ""]
    return lines
