"""The calls on projects."""

import pytest

from tests import cast

pytestmark = pytest.mark.django_db

PROJECTS = "/api/v1/projects/"
DIGITS = "/api/v1/projects/vision/digits/"


def listed(api):
    return [project["project"] for project in api.get(PROJECTS).json()["results"]]


def test_each_sees_the_own_projects(alice, dana, charlie, digits, secret):
    assert listed(cast.api_of(alice)) == ["vision/digits"]
    assert listed(cast.api_of(dana)) == ["vision/digits"]
    assert listed(cast.api_of(charlie)) == ["other/secret"]


def test_a_bound_token_sees_its_project_only(alice, digits, vision):
    cast.make_project(vision, "faces", alice)
    assert listed(cast.api_of(alice)) == ["vision/digits", "vision/faces"]
    bound = cast.api_of(alice, project=digits)
    assert listed(bound) == ["vision/digits"]
    assert bound.get("/api/v1/projects/vision/faces/").status_code == 404


def test_the_list_is_paged(alice, vision):
    for number in range(5):
        cast.make_project(vision, f"p{number}", alice)
    api, found, path = cast.api_of(alice), [], f"{PROJECTS}?limit=2"
    while path:
        page = api.get(path).json()
        assert page["total"] == 5
        found += [project["slug"] for project in page["results"]]
        path = page["next"] and f"{PROJECTS}?limit=2&cursor={page['next']}"
    assert found == ["p0", "p1", "p2", "p3", "p4"]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "nosuch=1"])
def test_odd_questions_are_400(alice, query):
    assert cast.api_of(alice).get(f"{PROJECTS}?{query}").status_code == 400


def test_an_editor_makes_a_project(bob, digits):
    objective = {"metric": "val_loss", "mode": "min"}
    body = {"project": "vision/faces", "name": "Faces", "description": "d", "objective": objective}
    answer = cast.api_of(bob).post(PROJECTS, body)
    assert answer.status_code == 201
    document = answer.json()
    assert document == {**document, **body, "team": "vision", "slug": "faces", "role": "editor"}
    assert cast.api_of(bob).get("/api/v1/projects/vision/faces/").json() == document


def test_others_do_not(dana, charlie, bob, digits, secret):
    body = {"project": "vision/faces"}
    assert cast.api_of(dana).post(PROJECTS, body).status_code == 403
    assert cast.api_of(charlie).post(PROJECTS, body).status_code == 404
    assert cast.api_of(bob, ["read"]).post(PROJECTS, body).status_code == 403
    assert cast.api_of(bob, project=digits).post(PROJECTS, body).status_code == 403


def test_a_slug_is_taken_once(bob, digits):
    answer = cast.api_of(bob).post(PROJECTS, {"project": "vision/digits"})
    assert (answer.status_code, answer.json()["code"]) == (409, "slug-taken")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({}, 422),
        ({"project": "vision"}, 422),
        ({"project": "vision/UPPER"}, 422),
        ({"project": "vision/settings"}, 422),
        ({"project": "vision/faces", "role": "owner"}, 422),
        ({"project": "vision/faces", "name": 5}, 422),
        ({"project": "vision/faces", "name": "a\x00"}, 422),
        ({"project": "vision/faces", "objective": {"metric": "x", "mode": "up"}}, 422),
        ({"project": "vision/faces", "description": "x" * 20_001}, 422),
    ],
)
def test_a_bad_body_is_refused_and_makes_nothing(bob, digits, body, status):
    api = cast.api_of(bob)
    assert api.post(PROJECTS, body).status_code == status
    assert listed(api) == ["vision/digits"]


def test_describing_changes_what_is_named_alone(bob, digits):
    api = cast.api_of(bob)
    after = api.patch(DIGITS, {"objective": {"metric": "acc", "mode": "max"}}).json()
    assert (after["name"], after["objective"]) == ("Digits", {"metric": "acc", "mode": "max"})
    after = api.patch(DIGITS, {"description": "scanned", "objective": None}).json()
    assert (after["description"], after["objective"]) == ("scanned", None)


@pytest.mark.parametrize("field", ["slug", "team", "role", "created_at", "archived_at", "project"])
def test_what_is_not_to_be_described_is_422(bob, digits, field):
    answer = cast.api_of(bob).patch(DIGITS, {field: "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-field")


def test_a_stranger_gets_404(charlie, digits):
    assert cast.api_of(charlie).get(DIGITS).status_code == 404
    assert cast.api_of(charlie).patch(DIGITS, {"name": "mine"}).status_code == 404
