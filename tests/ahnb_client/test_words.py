"""Words around numbers, in what the client prints."""

import pytest

from ahnb_client.linter.telling import in_words
from ahnb_client.linting.finding import Finding
from ahnb_client.words import numbered


@pytest.mark.parametrize(
    ("number", "noun", "told"),
    [
        (0, "file", "0 files"),
        (1, "byte", "1 byte"),
        (2000, "record", "2,000 records"),
        (3, "class", "3 classes"),
        (1, "NaN value", "1 NaN value"),
    ],
)
def test_a_number_has_its_noun(number: int, noun: str, told: str) -> None:
    assert numbered(number, noun) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("its output is always 1", "its output is always 1. Fix: use sigmoid"),
        ("is it meant?", "is it meant? Fix: use sigmoid"),
        ("it ends. ", "it ends. Fix: use sigmoid"),
    ],
)
def test_a_finding_is_made_of_sentences(text: str, told: str) -> None:
    finding = Finding(id="A01", severity="warn", text=text, fix="use sigmoid", where={})
    assert in_words(finding) == f"A01 warn: {told} (docs/lint/A01.md)"
