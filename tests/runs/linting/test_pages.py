"""Findings on pages: of the run, of the project, in words, as marks; muting by a form."""

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Mute, Run
from tests.cast import client_of, make_run
from tests.sketches import send_events

from .test_muting import tell

HERE = "/projects/vision/digits/findings/"


@pytest.fixture
def page(bob: User) -> Client:
    return client_of(bob)


def body(page: Client, address: str) -> str:
    return page.get(address).content.decode()


def test_the_run_shows_text_place_fix_and_numbers(run: Run, page: Client) -> None:
    found = {
        "id": "LOSS01",
        "severity": "error",
        "text": "Softmax <twice>.",
        "fix": 'Dense(10)  # no "softmax"',
        "where": {"layer": "dense_3"},
        "evidence": {"rows": 60000, "share": 0.25, "shape": [1, 2]},
    }
    send_events(run, ("finding", found))
    shown = body(page, run.get_absolute_url())
    assert "Softmax &lt;twice&gt;." in shown
    assert "layer dense_3" in shown
    assert "Dense(10)  # no &quot;softmax&quot;" in shown
    assert "<dt>shape</dt><dd>[1,2]</dd>" in shown
    assert f'href="{HERE}?rule=LOSS01"' in shown


def test_a_run_without_findings_has_no_card(run: Run, page: Client) -> None:
    assert 'id="findings"' not in body(page, run.get_absolute_url())


def test_the_words_name_the_worst(run: Run, page: Client, api: object) -> None:
    for number in range(5):
        tell(run, f"RULE{number}", "warn")
    tell(run, "WORST", "error")
    tell(run, "MILD", "info")
    shown = body(page, run.get_absolute_url())
    words = shown[shown.index("story") : shown.index("tiles")]
    assert "WORST" in words
    assert "3 more findings" in words
    assert "MILD" not in words


def test_what_is_muted_is_folded_away_and_marked_nowhere(run: Run, page: Client) -> None:
    send_events(run, ("finding", {"id": "SPIKE", "severity": "error", "text": "x", "step": 2}))
    marks = f"{run.get_absolute_url()}marks/"
    assert page.get(marks).json()["findings"] == [
        {"step": 2, "epoch": None, "metric": "", "text": "x"}
    ]
    form = {"act": "mute", "rule": "SPIKE", "scope": "run", "run": str(run.id), "reason": "Calm."}
    answer = page.post(HERE, form | {"next": f"/runs/{run.id}/"})
    assert answer["Location"] == f"/runs/{run.id}/"
    assert page.get(marks).json()["findings"] == []
    shown = body(page, run.get_absolute_url())
    assert "1 muted" in shown
    assert "Calm." in shown


def test_the_project_lists_filters_and_counts(run: Run, digits: Project, page: Client) -> None:
    other = make_run(digits, User.objects.get(email="alice@example.org"), name="calm-heron")
    tell(run, "A", "error"), tell(other, "B", "warn")
    whole = body(page, HERE)
    assert "A!" in whole
    assert "calm-heron" in whole
    assert "B!" not in body(page, f"{HERE}?rule=A")
    assert "A!" not in body(page, f"{HERE}?severity=warn")
    assert "A!" not in body(page, f"{HERE}?run={other.number}")
    page.post(HERE, {"rule": "A", "scope": "project", "reason": "Meant so."})
    assert "A!" not in body(page, HERE)
    assert "A!" in body(page, f"{HERE}?muted=yes")
    assert "in all runs: Meant so." in body(page, HERE)


def test_unmuting_on_the_page(run: Run, page: Client) -> None:
    tell(run)
    page.post(HERE, {"rule": "LOSS01", "reason": "x", "scope": "project"})
    page.post(HERE, {"act": "unmute", "mute": str(Mute.objects.get().id)})
    assert not Mute.objects.exists()


def test_readers_see_and_may_not_mute(run: Run, dana: User, charlie: User) -> None:
    tell(run)
    shown = body(client_of(dana), HERE)
    assert "LOSS01!" in shown
    assert "Mute LOSS01" not in shown
    assert client_of(dana).post(HERE, {"rule": "A", "reason": "x"}).status_code == 403
    assert client_of(charlie).get(HERE).status_code == 404
    assert client_of(charlie).post(HERE, {"rule": "A", "reason": "x"}).status_code == 404


FORMS = [
    ({"act": "burn"}, 422),
    ({"rule": "", "reason": "x"}, 422),
    ({"rule": "A", "reason": ""}, 422),
    ({"rule": "A", "reason": "x", "scope": "run", "run": "?"}, 404),
    ({"act": "unmute", "mute": "?"}, 404),
    ({"act": "unmute", "mute": "0192f3a0-0000-7000-8000-000000000001"}, 404),
    ({"rule": "A", "reason": "x", "next": "https://example.org/"}, 302),
]


@pytest.mark.parametrize(("form", "status"), FORMS, ids=str)
def test_odd_forms_are_answered(
    digits: Project, page: Client, form: dict[str, str], status: int
) -> None:
    answer = page.post(HERE, form)
    assert answer.status_code == status
    assert status != 302 or answer["Location"] == HERE


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=[1]", "run=x", "run=99999999999", "run=%D9%A1", "rule=%00", "muted=?",
     "severity=?", "cursor=%5B%229999-99-99%22,%22x%22,1,2%5D", "rule=%ED%A0%80"],
)  # fmt: skip
def test_odd_addresses_are_answered(digits: Project, page: Client, query: str) -> None:
    assert page.get(f"{HERE}?{query}").status_code == 200


def test_the_table_of_runs_has_a_badge(run: Run, page: Client) -> None:
    tell(run, "A", "error"), tell(run, "B", "error")
    shown = body(page, "/projects/vision/digits/")
    assert 'class="severity severity-error"' in shown
    assert "2 errors</a>" in shown
