"""Pages of a project's settings, and of a new one."""

import re

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from tests import cast

PATH = "/projects/vision/digits/"
AS_IT_WAS = {"name": "Digits", "description": "", "objective_metric": "", "objective_mode": ""}
EVERYBODY = ["alice", "bob", "dana", "charlie", "anonymous"]


@pytest.fixture
def browsers(
    digits: Project, alice: User, bob: User, dana: User, charlie: User
) -> dict[str, Client]:
    people = {"alice": alice, "bob": bob, "dana": dana, "charlie": charlie}
    clients = {name: cast.client_of(user) for name, user in people.items()}
    return {**clients, "anonymous": Client()}


@pytest.mark.parametrize(
    ("method", "part", "statuses"),
    [
        ("get", "settings/", [200, 200, 403, 404, 302]),
        ("post", "settings/", [200, 200, 403, 404, 302]),
        ("get", "settings/address/", [200, 403, 403, 404, 302]),
        ("post", "settings/address/", [200, 403, 403, 404, 302]),
        ("post", "archive/", [302, 403, 403, 404, 302]),
        ("post", "restore/", [302, 403, 403, 404, 302]),
        ("get", "archive/", [405, 405, 405, 405, 302]),
    ],
)
def test_who_gets_which_answer(
    browsers: dict[str, Client], method: str, part: str, statuses: list[int]
) -> None:
    for name, status in zip(EVERYBODY, statuses, strict=True):
        answer = getattr(browsers[name], method)(f"{PATH}{part}")
        assert (name, answer.status_code) == (name, status)


def test_a_strangers_project_is_like_one_that_does_not_exist(browsers: dict[str, Client]) -> None:
    stranger = browsers["charlie"]
    there = stranger.get(f"{PATH}settings/")
    nowhere = stranger.get("/projects/vision/nothing/settings/")
    assert there.status_code == nowhere.status_code == 404


def test_an_editor_changes_details_but_sees_no_address(
    browsers: dict[str, Client], digits: Project
) -> None:
    client = browsers["bob"]
    data = {"name": "Numbers", "description": "d", "objective_metric": "loss"}
    answer = client.post(f"{PATH}settings/", {**data, "objective_mode": "min"})
    assert answer["Location"] == f"{PATH}settings/"
    digits.refresh_from_db()
    assert (digits.name, digits.objective_mode) == ("Numbers", "min")
    assert "Change the address" not in client.get(f"{PATH}settings/").content.decode()


def test_a_half_objective_is_told_on_the_form(browsers: dict[str, Client], digits: Project) -> None:
    data = {"name": "Numbers", "objective_metric": "loss", "objective_mode": ""}
    answer = browsers["alice"].post(f"{PATH}settings/", data)
    assert "An objective has a metric and a mode" in answer.content.decode()
    digits.refresh_from_db()
    assert digits.name == "Digits"


def test_another_address_and_the_old_one_leads_there(browsers: dict[str, Client]) -> None:
    client = browsers["alice"]
    answer = client.post(f"{PATH}settings/address/", {"slug": "numbers"})
    assert answer["Location"] == "/projects/vision/numbers/settings/"
    assert client.get(f"{PATH}settings/").status_code == 200


def test_a_taken_address_is_told_on_the_form(
    browsers: dict[str, Client], digits: Project, alice: User
) -> None:
    cast.make_project(digits.team, "faces", alice)
    answer = browsers["alice"].post(f"{PATH}settings/address/", {"slug": "faces"})
    assert "has a project at" in answer.content.decode()


def test_archive_and_restore(browsers: dict[str, Client], digits: Project) -> None:
    client = browsers["alice"]
    client.post(f"{PATH}archive/")
    digits.refresh_from_db()
    assert digits.archived_at is not None
    assert "Bring it back" in client.get(f"{PATH}settings/").content.decode()
    client.post(f"{PATH}restore/")
    digits.refresh_from_db()
    assert digits.archived_at is None


def make(client: Client, **fields: str):
    data = {"team": "vision", "name": "Faces", "slug": "faces", "description": ""}
    return client.post("/projects/new/", {**data, **fields})


def test_editors_make_projects(browsers: dict[str, Client]) -> None:
    assert make(browsers["bob"])["Location"] == "/projects/vision/faces/"
    assert Project.objects.get(slug="faces").created_by == User.objects.get(name="Bob")


@pytest.mark.parametrize("name", ["dana", "charlie"])
def test_others_are_not_offered_the_team(browsers: dict[str, Client], name: str) -> None:
    assert make(browsers[name]).status_code == 200
    assert "First a team" in browsers[name].get("/projects/new/").content.decode()
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("slug", "words"), [("digits", "already"), ("Bad Slug", "lower-case"), ("runs", "itself uses")]
)
def test_a_bad_address_is_told_on_the_form(
    browsers: dict[str, Client], slug: str, words: str
) -> None:
    answer = make(browsers["alice"], slug=slug)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_the_team_may_be_chosen_by_the_link(browsers: dict[str, Client]) -> None:
    text = browsers["alice"].get("/projects/new/?team=vision").content.decode()
    assert '<option value="vision" selected>' in text


def test_forms_want_the_csrf_token(digits: Project, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    for part in ("settings/", "settings/address/", "archive/", "restore/", "sharing/"):
        assert client.post(f"{PATH}{part}", {"slug": "x", "name": "x"}).status_code == 403


def test_the_number_of_queries_is_small(
    browsers: dict[str, Client], django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(6):
        browsers["alice"].get(f"{PATH}settings/")


def test_settings_that_two_people_change_at_once_are_both_shown(
    browsers: dict[str, Client], digits: Project
) -> None:
    address, seen = f"{PATH}settings/", overtaken(browsers)
    late = {**AS_IT_WAS, "objective_metric": "val_accuracy", "objective_mode": "max"}
    answer = browsers["bob"].post(address, {**late, "description": "Scans.", "seen": seen})
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "<code>loss</code>" in shown
    assert 'value="val_accuracy"' in shown
    digits.refresh_from_db()
    assert (digits.objective_metric, digits.description) == ("loss", "")
    again = {**late, "description": "Scans.", "seen": seen_on(shown)}
    assert browsers["bob"].post(address, again).status_code == 302
    digits.refresh_from_db()
    assert (digits.objective_mode, digits.description) == ("max", "Scans.")


def test_another_description_leaves_an_objective_that_was_set_meanwhile(
    browsers: dict[str, Client], digits: Project
) -> None:
    address, seen = f"{PATH}settings/", overtaken(browsers)
    browsers["bob"].post(address, {**AS_IT_WAS, "description": "Scans.", "seen": seen})
    digits.refresh_from_db()
    assert (digits.objective_metric, digits.description) == ("loss", "Scans.")


def overtaken(browsers: dict[str, Client]) -> str:
    """The marks of the form that Bob opened before Alice set an objective."""
    address = f"{PATH}settings/"
    seen = seen_on(browsers["bob"].get(address).content.decode())
    objective = {"objective_metric": "loss", "objective_mode": "min"}
    browsers["alice"].post(address, {**AS_IT_WAS, **objective, "seen": seen})
    return seen


def seen_on(page: str) -> str:
    """The marks that the form carries."""
    [marks] = re.findall(r'name="seen" value="([^"]+)"', page)
    return marks


def test_pages_of_settings_lead_to_each_other_as_far_as_one_may(digits, alice, bob, dana) -> None:
    led_to = {}
    for person in (alice, bob, dana):
        client = cast.client_of(person)
        page = client.get(f"{PATH}notices/").content.decode()
        nav = page[page.index('class="sub-nav"') : page.index("</nav>", page.index("sub-nav"))]
        assert nav.count('aria-current="page"') == 1
        addresses = re.findall(r'href="([^"]+)"', nav)
        for address in addresses:
            told = client.get(address).content.decode()
            assert told.count('class="sub-nav"') == 1
            assert f'href="{address}" aria-current="page"' in told
        led_to[person] = len(addresses)
    assert led_to == {alice: 8, bob: 6, dana: 4}
