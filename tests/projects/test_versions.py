"""The versions of a project's models, which nobody registers."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from .. import cast
from ..sketches import send_events, sketch_run
from .reading import address

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def page(alice: User) -> Client:
    return cast.client_of(alice)


def model(*units: int, first: int = 0) -> dict[str, Any]:
    layers = [
        {
            "name": f"dense_{first + at}",
            "class": "Dense",
            "parameters": count * 5,
            "settings": {"units": count},
        }
        for at, count in enumerate(units)
    ]
    return {"layers": layers, "class": "Sequential", "parameters": sum(units) * 5}


@pytest.fixture
def runs(digits: Project, alice: User, bob: User) -> list[Run]:
    """v1 of alice, v2 of bob, and v1 again by other names, with a better result."""
    found = []
    for by, described, loss in (
        (alice, model(64, 10), 0.5),
        (bob, model(64, 32, 10), 0.7),
        (bob, model(64, 10, first=7), 0.25),
    ):
        run = sketch_run(digits, by, val_loss=(1.0, loss))
        send_events(run, ("model", described))
        found.append(run)
    return found


def shown(page: Client, project: Project, rest: str = "versions/", **asked: str) -> str:
    answer = page.get(address(project, rest, **asked))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


@pytest.mark.usefixtures("runs")
def test_versions_are_listed_with_runs_results_and_what_changed(
    page: Client, digits: Project
) -> None:
    text = shown(page, digits)
    second, _, first = text.partition("v2 ")[2].partition(" v1 ")
    assert "3 layers" in second
    assert "1 run " in second
    assert "0.7000" in second
    assert "first seen" in second
    assert "Against v1: 1 added (Dense), +160 parameters" in second
    assert "2 runs" in first
    assert "0.2500 in #3" in first
    assert "Against" not in first


@pytest.mark.usefixtures("runs")
def test_a_version_shows_its_runs_its_layers_and_its_difference(
    page: Client, digits: Project
) -> None:
    second = shown(page, digits, "versions/2/")
    assert "Difference to v1" in second
    assert "added dense_1" in second
    assert "3 layers" in second
    first = shown(page, digits, "versions/1/")
    assert "What Parameters" not in first
    assert "#3 " in first
    assert "#1 " in first
    assert "removed dense_1" in shown(page, digits, "versions/1/", against="2")


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("against", ["x", "1", "-2", "²", "9" * 20, HOSTILE, "\0"])
def test_what_is_no_other_version_is_told(page: Client, digits: Project, against: str) -> None:
    answer = page.get(address(digits, "versions/1/", against=against))
    assert answer.status_code == 422
    assert HOSTILE not in answer.content.decode()


@pytest.mark.usefixtures("runs")
def test_versions_that_are_not_there(page: Client, digits: Project, charlie: User) -> None:
    for number in ("3", "0", "99999999999999999999"):
        assert page.get(address(digits, f"versions/{number}/")).status_code == 404
    assert cast.client_of(charlie).get(address(digits, "versions/1/")).status_code == 404
    assert "All 2 layers" not in shown(page, digits, "versions/1/", against="77")


def test_a_project_without_models_says_what_to_do(page: Client, digits: Project) -> None:
    assert "No version here" in shown(page, digits)


def test_runs_in_the_trash_do_not_count(page: Client, digits: Project, runs: list[Run]) -> None:
    Run.objects.filter(id=runs[2].id).update(trashed_at=timezone.now())
    assert "0.5000 in #1" in shown(page, digits)
    Run.objects.filter(id=runs[0].id).update(trashed_at=timezone.now())
    text = shown(page, digits, "versions/1/")
    assert "0 runs" in text
    assert "archive or the trash" in text


def test_many_versions_come_page_by_page(page: Client, digits: Project, alice: User) -> None:
    for width in range(1, 25):
        send_events(cast.make_run(digits, alice), ("model", model(width)))
    text = page.get(address(digits, "versions/")).content.decode()
    assert text.count('class="version-head"') == 20
    assert 'href="?below=5"' in text
    older = page.get(address(digits, "versions/", below="5")).content.decode()
    assert older.count('class="version-head"') == 4
    assert "Dense: units 1 → 2" in older


def test_hostile_models_are_shown_as_text(page: Client, digits: Project, alice: User) -> None:
    for value in (HOSTILE, [HOSTILE], {HOSTILE: HOSTILE}, 7):
        strange = {"name": value, "class": value, "settings": {HOSTILE: value}}
        described = {"layers": [strange], "class": value, "name": value, "kind": value}
        send_events(cast.make_run(digits, alice, name=HOSTILE), ("model", described))
    for rest in ("versions/", *(f"versions/{number}/" for number in range(1, 5))):
        answer = page.get(address(digits, rest))
        assert answer.status_code == 200
        assert HOSTILE not in answer.content.decode()
