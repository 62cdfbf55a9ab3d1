"""The pages that explain the rules, which findings lead to."""

import html

import pytest
from django.test import Client

from ahnb_client.linting.rule import RULES
from ahnb_client.linting.rules import load
from ahnb_platform.accounts.models import User
from runs.models import Run
from tests.cast import client_of
from tests.sketches import send_events

load()


@pytest.fixture
def page(charlie: User) -> Client:
    """Somebody with no project at all."""
    return client_of(charlie)


def test_every_rule_says_what_it_looks_at_why_and_how_to_mend_it(page: Client) -> None:
    for one in RULES.values():
        shown = html.unescape(page.get(f"/findings/rules/{one.id}/").content.decode())
        assert f"<h1>{one.id}: {one.title}</h1>" in shown
        for words in (one.looks_at, one.why, one.source, one.mend, one.found, one.sound):
            assert words.strip() in shown
        assert "How to mend it" in shown


def test_the_list_leads_to_every_rule(page: Client) -> None:
    shown = page.get("/findings/rules/").content.decode()
    assert all(f'href="/findings/rules/{one}/">{one}</a>' in shown for one in RULES)


@pytest.mark.parametrize("rule", ["NONE01", "d01", "README"])
def test_what_is_no_rule_is_not_here(page: Client, rule: str) -> None:
    assert page.get(f"/findings/rules/{rule}/").status_code == 404


def test_a_finding_leads_to_the_page_of_its_rule_unless_it_is_not_ours(run: Run, bob: User) -> None:
    send_events(
        run,
        ("finding", {"id": "D01", "text": "the loss is nan since epoch 0"}),
        ("finding", {"id": "THEIRS", "text": "Odd."}),
    )
    shown = client_of(bob).get(run.get_absolute_url()).content.decode()
    assert 'href="/findings/rules/D01/">D01</a>' in shown
    assert "/findings/rules/THEIRS/" not in shown
    assert "findings/?rule=THEIRS" in shown
