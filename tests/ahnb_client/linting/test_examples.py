"""Every rule of models, arguments and data finds its example, and nothing in the one beside it."""

import pytest

from ahnb_client.linting.checking import check
from ahnb_client.linting.rule import RULES
from ahnb_client.linting.rules import load
from tests.ahnb_client.linting.programs import facts_of

load()
STATIC = sorted(one.id for one in RULES.values() if not one.dynamic)


def test_every_rule_has_two_examples() -> None:
    assert len(STATIC) >= 30
    for name in STATIC:
        assert RULES[name].found.strip(), name
        assert RULES[name].sound.strip(), name


@pytest.mark.keras
@pytest.mark.parametrize("name", STATIC)
def test_rule_finds_its_example(name: str) -> None:
    found = check(facts_of(RULES[name].found), dynamic=False, strict=True)
    hits = [one for one in found if one.id == name]
    assert hits, f"{name} is silent; found {[one.id for one in found]}"
    assert all(hit.severity == RULES[name].severity for hit in hits)
    assert all(hit.text and hit.fix and hit.where for hit in hits)


@pytest.mark.keras
@pytest.mark.parametrize("name", STATIC)
def test_nothing_is_found_in_the_neighbour(name: str) -> None:
    found = check(facts_of(RULES[name].sound), dynamic=False, strict=True)
    assert name not in {one.id for one in found}
    assert [one for one in found if one.severity != "info"] == []
