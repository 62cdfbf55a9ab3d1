"""The documentation of rules says what the rules say."""

from pathlib import Path

from ahnb_client.linting.pages import page_of, pages
from ahnb_client.linting.rule import RULES

FOLDER = Path(__file__).parents[3] / "docs" / "lint"


def test_pages_are_those_of_the_rules() -> None:
    written = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}
    assert written == pages(), "run scripts/lint_docs.py"


def test_every_rule_has_a_page() -> None:
    made = pages()
    for one in RULES.values():
        page = made[page_of(one)]
        assert page.startswith(f"# {one.id}: {one.title}\n")
        assert f"]({page_of(one)})" in made["README.md"]
        examples = (one.found.strip(), one.sound.strip())
        assert all(text in page for text in (one.why, one.source, *examples))


def test_terminal_names_a_page_that_is_there() -> None:
    for one in RULES.values():
        assert (FOLDER / f"{one.id}.md").is_file()
