"""The page that says who sees a project and why."""

import pytest
from django.test import Client

from ahnb_platform.accounts import teams
from ahnb_platform.accounts.models import Role, Team, User
from projects.models import Project, ProjectShare
from projects.services import share_project
from tests import cast

PATH = "/projects/vision/digits/sharing/"


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 403), ("dana", 403), ("charlie", 404)]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_owners_share(digits: Project, charlie: User, name: str, status: int, method: str) -> None:
    client = cast.client_of(User.objects.get(email=f"{name}@example.org"))
    assert getattr(client, method)(PATH).status_code == status


def test_who_is_not_logged_in_is_sent_to_the_door(db: None, anonymous: Client) -> None:
    assert anonymous.get(PATH)["Location"] == f"/account/login/?next={PATH}"


@pytest.mark.parametrize("given", ["charlie@example.org", " Charlie@Example.ORG "])
def test_sharing_with_a_person(digits: Project, alice: User, charlie: User, given: str) -> None:
    client = cast.client_of(alice)
    assert client.post(PATH, {"shared_with": given, "role": "1"})["Location"] == PATH
    share = ProjectShare.objects.get()
    assert (share.user, share.role) == (charlie, Role.READER)
    text = client.get(PATH).content.decode()
    assert "shared with this person" in text


def test_sharing_with_a_team(digits: Project, other: Team, alice: User) -> None:
    client = cast.client_of(alice)
    client.post(PATH, {"shared_with": "other", "role": "2"})
    assert ProjectShare.objects.get().team == other
    text = client.get(PATH).content.decode()
    assert "shared with other" in text
    assert "charlie@example.org" in text


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ("nobody@example.org", "1"),
        ("nothing", "1"),
        ("vision", "1"),
        ("", "1"),
        ("charlie@example.org", "3"),
        ("charlie@example.org", ""),
        ("a\x00@b", "1"),
    ],
)
def test_what_cannot_be_is_told_on_the_form(
    digits: Project, alice: User, charlie: User, given: str, role: str
) -> None:
    answer = cast.client_of(alice).post(PATH, {"shared_with": given, "role": role})
    assert answer.status_code == 200
    assert "alert-danger" in answer.content.decode() or "form-error" in answer.content.decode()
    assert not ProjectShare.objects.exists()


def test_a_share_ends(digits: Project, alice: User, charlie: User) -> None:
    share = share_project(project=digits, by=alice, role=Role.READER, user=charlie)
    client = cast.client_of(alice)
    assert client.post(f"{PATH}{share.pk}/end/")["Location"] == PATH
    assert not ProjectShare.objects.exists()
    assert client.post(f"{PATH}{share.pk}/end/").status_code == 404


def test_anothers_share_is_out_of_reach(
    digits: Project, secret: Project, alice: User, bob: User, charlie: User
) -> None:
    share = share_project(project=secret, by=charlie, role=Role.READER, user=bob)
    assert cast.client_of(alice).post(f"{PATH}{share.pk}/end/").status_code == 404
    foreign = f"/projects/other/secret/sharing/{share.pk}/end/"
    assert cast.client_of(alice).post(foreign).status_code == 404
    assert cast.client_of(bob).post(foreign).status_code == 403
    assert ProjectShare.objects.count() == 1


def test_the_number_of_queries_does_not_grow(
    digits: Project, other: Team, alice: User, charlie: User, django_assert_max_num_queries
) -> None:
    share_project(project=digits, by=alice, role=Role.READER, team=other)
    for number in range(10):
        user = cast.make_person(f"p{number}@example.org")
        teams.add_member(team=other, user=user, role=Role.READER, by=charlie)
        share_project(project=digits, by=alice, role=Role.READER, user=user)
    client = cast.client_of(alice)
    with django_assert_max_num_queries(9):
        assert client.get(PATH).status_code == 200
