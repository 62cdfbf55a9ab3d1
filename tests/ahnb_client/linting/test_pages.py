"""The documentation of rules says what the rules say."""

from pathlib import Path

from ahnb_client.linting.pages import page_of, pages
from ahnb_client.linting.rule import RULES

FOLDER = Path(__file__).parents[3] / "docs" / "lint"


def test_pages_are_those_of_the_rules() -> None:
    written = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}
    assert written == pages(), "run scripts/lint_docs.py"


def test_every_rule_has_a_section() -> None:
    made = pages()
    for one in RULES.values():
        name, _, anchor = page_of(one).partition("#")
        assert f"## {one.id}\n" in made[name]
        assert anchor == one.id.lower()
        assert f"]({page_of(one)})" in made["README.md"]
        assert all(text in made[name] for text in (one.why, one.source))
