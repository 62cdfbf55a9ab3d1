"""The documentation of the rules, made from what they say of themselves."""

from __future__ import annotations

from .rule import RULES, Rule
from .rules import load

SEVERITY_WORDS = {
    "error": "the model cannot learn what was meant",
    "warn": "probably wrong",
    "info": "style, or waste",
}
EXAMPLES_USE = (
    "`x`, `y` and other data are those of the training; `keras`, `layers`, `np` and `tf` are\n"
    "imported. A test runs both examples."
)


def page_of(one: Rule) -> str:
    """The name of the rule's page in `docs/lint/`."""
    return f"{one.id}.md"


def pages() -> dict[str, str]:
    """The pages by file name: one for each rule, and ``README.md`` with the list."""
    load()
    rules = list(RULES.values())
    return {page_of(one): _page(one) for one in rules} | {"README.md": _index(rules)}


def _index(rules: list[Rule]) -> str:
    severities = [f"- **{name}**: {meaning}" for name, meaning in SEVERITY_WORDS.items()]
    lines = ["# Rules", "", "What is looked for in models and trainings.", "", *severities, ""]
    subject = None
    for one in rules:
        if one.subject != subject:
            subject = one.subject
            lines += [f"\n## {subject}", "", "| rule | severity | what is wrong |", "|---|---|---|"]
        lines.append(f"| [{one.id}]({page_of(one)}) | {one.severity} | {one.title} |")
    return "\n".join([*lines, ""])


def _page(one: Rule) -> str:
    lines = [f"# {one.id}: {one.title}", "", f"Severity: {one.severity}", ""]
    lines += [
        f"**What**: {one.looks_at}",
        "",
        f"**Why**: {one.why}",
        "",
        f"**Source**: {one.source}",
        "",
    ]
    if one.mend:
        lines += [f"**How to mend it**: {one.mend}", ""]
    for title, example in (("Is found", one.found), ("Is not found", one.sound)):
        if example:
            lines += [f"## {title}", "", "```python", example.strip(), "```", ""]
    return "\n".join([*lines, EXAMPLES_USE, ""] if one.found else lines)
