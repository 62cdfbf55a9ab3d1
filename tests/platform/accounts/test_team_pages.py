"""Pages of teams: who gets which answer, and what the forms do."""

import re

import pytest
from django.test import Client

from ahnb_platform.accounts import teams
from ahnb_platform.accounts.models import Invitation, Membership, Role, Team, User
from tests import cast

TEAM = "/teams/vision/"
EVERYBODY = ["alice", "bob", "dana", "charlie", "anonymous"]
LOGIN = 302


@pytest.fixture
def browsers(vision: Team, alice: User, bob: User, dana: User, charlie: User) -> dict[str, Client]:
    people = {"alice": alice, "bob": bob, "dana": dana, "charlie": charlie}
    clients = {name: cast.client_of(user) for name, user in people.items()}
    return {**clients, "anonymous": Client()}


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("get", "/teams/", [200, 200, 200, 200, LOGIN]),
        ("get", "/teams/new/", [200, 200, 200, 200, LOGIN]),
        ("get", TEAM, [200, 200, 200, 404, LOGIN]),
        ("post", TEAM, [200, 403, 403, 404, LOGIN]),
        ("post", f"{TEAM}members/DANA/role/", [302, 403, 403, 404, LOGIN]),
        ("post", f"{TEAM}members/DANA/remove/", [302, 403, 302, 404, LOGIN]),
        ("post", f"{TEAM}members/DANA/link/", [403, 403, 403, 404, LOGIN]),
        ("get", f"{TEAM}members/DANA/role/", [405, 405, 405, 405, LOGIN]),
        ("get", f"{TEAM}settings/", [200, 403, 403, 404, LOGIN]),
        ("post", f"{TEAM}settings/", [200, 403, 403, 404, LOGIN]),
        ("post", f"{TEAM}archive/", [302, 403, 403, 404, LOGIN]),
        ("post", f"{TEAM}restore/", [302, 403, 403, 404, LOGIN]),
        ("get", f"{TEAM}audit/", [200, 403, 403, 404, LOGIN]),
    ],
)
def test_who_gets_which_answer(
    browsers: dict[str, Client], dana: User, method: str, path: str, statuses: list[int]
) -> None:
    path = path.replace("DANA", str(dana.pk))
    for name, status in zip(EVERYBODY, statuses, strict=True):
        # The one who may comes last, so that nothing is changed before.
        assert (name, getattr(browsers[name], method)(path).status_code) == (name, status)
        if method == "post" and status == LOGIN and name in ("alice", "dana"):
            Membership.objects.get_or_create(
                team=Team.objects.get(slug="vision"), user=dana, defaults={"role": Role.READER}
            )


def page_text(answer) -> str:
    """The page without what differs from call to call."""
    return cast.without_chance(answer)


@pytest.mark.parametrize("part", ["", "settings/", "audit/"])
def test_a_strangers_team_is_like_one_that_does_not_exist(
    browsers: dict[str, Client], part: str
) -> None:
    stranger = browsers["charlie"]
    there, nowhere = stranger.get(f"{TEAM}{part}"), stranger.get(f"/teams/nowhere/{part}")
    assert there.status_code == nowhere.status_code == 404
    assert page_text(there) == page_text(nowhere)


def test_forms_want_the_csrf_token(vision: Team, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/teams/new/", TEAM, f"{TEAM}settings/", f"{TEAM}archive/", "/tokens/"):
        assert client.post(path, {"name": "x", "slug": "x"}).status_code == 403


def test_a_team_is_made_by_the_form(alice: User) -> None:
    answer = cast.client_of(alice).post("/teams/new/", {"name": "Sound", "slug": "sound"})
    assert answer["Location"] == "/teams/sound/"
    assert Membership.objects.get(team__slug="sound").role == Role.OWNER


@pytest.mark.parametrize(
    ("slug", "words"), [("vision", "is taken"), ("Bad Slug", "lower-case"), ("api", "itself uses")]
)
def test_a_bad_address_is_told_on_the_form(
    vision: Team, alice: User, slug: str, words: str
) -> None:
    answer = cast.client_of(alice).post("/teams/new/", {"name": "Sound", "slug": slug})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Team.objects.count() == 1


@pytest.mark.parametrize("email", ["charlie@example.org", "new@example.org"])
def test_whoever_is_invited_comes_with_a_link_shown_once(
    vision: Team, alice: User, charlie: User, email: str
) -> None:
    client = cast.client_of(alice)
    answer = client.post(TEAM, {"email": email, "role": "2"})
    link = re.search(r"http://testserver(/account/invitation/[\w-]+/)", answer.content.decode())
    assert link is not None
    assert "no-store" in answer["Cache-Control"]
    assert link[1] not in client.get(TEAM).content.decode()
    assert not Membership.objects.filter(team=vision, user__email=email).exists()


@pytest.mark.parametrize("email", ["", "nothing", "a@b", "dana@example.org"])
def test_whom_the_form_cannot_invite_is_told_there(vision: Team, alice: User, email: str) -> None:
    answer = cast.client_of(alice).post(TEAM, {"email": email, "role": "1"})
    assert answer.status_code == 200
    assert 'class="form-error"' in answer.content.decode() or "alert" in answer.content.decode()
    assert not Invitation.objects.exists()
    assert Membership.objects.filter(team=vision).count() == 3


def test_an_owner_changes_a_role(vision: Team, alice: User, dana: User) -> None:
    path = f"{TEAM}members/{dana.pk}/role/"
    cast.client_of(alice).post(path, {"role": Role.EDITOR.value})
    assert Membership.objects.get(user=dana).role == Role.EDITOR


@pytest.mark.parametrize("role", ["", "0", "4", "owner", "9" * 30])
def test_an_unknown_role_changes_nothing(vision: Team, alice: User, dana: User, role: str) -> None:
    path = f"{TEAM}members/{dana.pk}/role/"
    assert cast.client_of(alice).post(path, {"role": role}).status_code == 302
    assert Membership.objects.get(user=dana).role == Role.READER


@pytest.mark.parametrize("act", ["role", "remove"])
def test_the_last_owner_is_told_why_not(vision: Team, alice: User, act: str) -> None:
    path = f"{TEAM}members/{alice.pk}/{act}/"
    answer = cast.client_of(alice).post(path, {"role": "1"}, follow=True)
    assert "A team needs an owner" in answer.content.decode()
    assert Membership.objects.get(user=alice).role == Role.OWNER


@pytest.mark.parametrize("act", ["role", "remove", "link"])
def test_members_of_other_teams_are_out_of_reach(
    vision: Team, other: Team, alice: User, charlie: User, act: str
) -> None:
    path = f"{TEAM}members/{charlie.pk}/{act}/"
    assert cast.client_of(alice).post(path, {"role": "1"}).status_code == 404
    assert Membership.objects.get(user=charlie).team == other


def test_a_member_leaves(vision: Team, dana: User) -> None:
    client = cast.client_of(dana)
    answer = client.post(f"{TEAM}members/{dana.pk}/remove/")
    assert answer["Location"] == "/teams/"
    assert client.get(TEAM).status_code == 404


def test_a_renamed_team_redirects_its_members_only(
    vision: Team, alice: User, dana: User, charlie: User
) -> None:
    data = {"name": "Sight", "slug": "sight"}
    answer = cast.client_of(alice).post(f"{TEAM}settings/", data)
    assert answer["Location"] == "/teams/sight/settings/"
    moved = cast.client_of(dana).get(TEAM)
    assert (moved.status_code, moved["Location"]) == (301, "/teams/sight/")
    assert cast.client_of(charlie).get(TEAM).status_code == 404


def test_archive_and_restore(vision: Team, alice: User) -> None:
    client = cast.client_of(alice)
    client.post(f"{TEAM}archive/")
    assert "archived" in client.get("/teams/").content.decode()
    client.post(f"{TEAM}restore/")
    vision.refresh_from_db()
    assert vision.archived_at is None


def test_the_audit_tells_of_this_team_alone(vision: Team, other: Team, alice: User) -> None:
    text = cast.client_of(alice).get(f"{TEAM}audit/").content.decode()
    assert "member.added" in text
    assert "dana@example.org" not in text or "Dana" in text
    assert "charlie@example.org" not in text


def test_a_name_is_shown_as_text(alice: User) -> None:
    name = "<script>alert(1)</script>"
    teams.create_team(slug="evil", name=name, by=alice)
    client = cast.client_of(alice)
    for path in ("/teams/", "/teams/evil/", "/teams/evil/settings/", "/teams/evil/audit/"):
        text = client.get(path).content.decode()
        assert name not in text
        assert "&lt;script&gt;" in text


@pytest.mark.parametrize("path", ["/teams/", TEAM, f"{TEAM}audit/"])
def test_the_number_of_queries_does_not_grow(
    vision: Team, alice: User, path: str, django_assert_max_num_queries
) -> None:
    for number in range(12):
        user = cast.make_person(f"p{number}@example.org")
        teams.add_member(team=vision, user=user, role=Role.READER, by=alice)
        teams.create_team(slug=f"t{number}", by=alice)
    client = cast.client_of(alice)
    with django_assert_max_num_queries(7):
        assert client.get(path).status_code == 200


def test_a_one_time_link_is_offered_only_where_it_can_be_made(
    vision: Team, other: Team, alice: User, bob: User, dana: User, charlie: User
) -> None:
    User.objects.filter(pk__in=(bob.pk, dana.pk)).update(home_team=vision)
    teams.add_member(team=other, user=dana, role=Role.READER, by=charlie)
    page = cast.client_of(alice).get(TEAM).content.decode()
    assert re.findall(r"members/(\d+)/link/", page) == [str(bob.pk)]
    assert "an administrator of the server makes it" in page
    assert "One-time link" not in cast.client_of(bob).get(TEAM).content.decode()
