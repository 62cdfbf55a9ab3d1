"""Every example in docs/query.md can be asked."""

import re
from pathlib import Path

import pytest

from runs import queries
from runs.search.fields import PLAIN

pytestmark = pytest.mark.django_db
DOCUMENT = (Path(__file__).parents[2] / "docs" / "query.md").read_text()
BLOCK = re.compile(r"^```query\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [line for block in BLOCK.findall(DOCUMENT) for line in block.splitlines()]


def test_there_are_examples():
    assert len(EXAMPLES) > 10


@pytest.mark.parametrize("q", EXAMPLES)
def test_the_example_is_answered(digits, q):
    assert queries.search_runs(project=digits, q=q).total == 0


@pytest.mark.parametrize("field", PLAIN)
def test_the_field_stands_in_the_table(field):
    table = DOCUMENT[DOCUMENT.index("## Fields") : DOCUMENT.index("## Operators")]
    assert f"`{field}`" in table
