"""One-time links: what a link opens, for how long, and who may make one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts import links, people, teams
from ahnb_platform.accounts.models import AuditEvent, LoginLink, Role, Team, User
from ahnb_platform.errors import Missing, NotAllowed
from projects.models import Project
from projects.services import share_project
from tests import cast
from tests.at_once import at_once


def secret_of(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def logged_in(client: Client) -> str | None:
    """The key of the person in the browser's session."""
    return client.session.get("_auth_user_id")


@pytest.fixture
def grace(vision: Team, alice: User) -> User:
    """Somebody whom alice's team brought here."""
    user, is_new = people.take_in(
        team=vision, email="grace@example.org", role=Role.READER, by=alice
    )
    assert is_new
    return user


def test_looking_uses_nothing_up(anonymous: Client, alice: User) -> None:
    path = links.make_login_link(user=alice)
    for _ in range(3):
        answer = anonymous.get(path)
        assert answer.status_code == 200
        assert "alice@example.org" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    assert logged_in(anonymous) is None
    assert LoginLink.objects.get().used_at is None


def test_the_button_logs_in_once_and_asks_for_a_password(anonymous: Client, alice: User) -> None:
    path = links.make_login_link(user=alice)
    answer = anonymous.post(path)
    assert (answer.status_code, answer["Location"]) == (302, "/account/password/set/")
    assert logged_in(anonymous) == str(alice.pk)
    second = Client()
    assert second.post(path).status_code == 404
    assert second.get(path).status_code == 404
    assert logged_in(second) is None


def test_a_link_may_ask_for_no_password(anonymous: Client, alice: User) -> None:
    path = links.make_login_link(user=alice, asks_password=False)
    assert anonymous.post(path)["Location"] == "/"
    assert anonymous.get("/account/").status_code == 200


def test_an_expired_link_is_like_one_that_never_was(anonymous: Client, alice: User) -> None:
    path = links.make_login_link(user=alice, hours=1)
    LoginLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expired, unknown = anonymous.post(path), anonymous.post("/account/link/nothing/")
    assert expired.status_code == unknown.status_code == 404
    assert cast.without_chance(expired) == cast.without_chance(unknown)


def minutes_of(path: str) -> int:
    link = links.open_link(secret_of(path))
    return round((link.expires_at - link.created_at).total_seconds() / 60)


def test_a_link_works_the_shorter_the_more_it_opens(alice: User, bob: User) -> None:
    people.make_superuser(user=bob, by=None)
    assert minutes_of(links.make_login_link(user=bob)) == 15
    assert minutes_of(links.make_login_link(user=bob, hours=2)) == 120
    assert minutes_of(links.make_login_link(user=alice)) == 72 * 60


def test_every_dead_link_says_the_same_and_who_gives_another(alice: User) -> None:
    used, expired = links.make_login_link(user=alice), links.make_login_link(user=alice)
    Client().post(used)
    LoginLink.objects.filter(used_at=None).update(expires_at=timezone.now())
    answers = [Client().get(path) for path in (used, expired, "/account/link/nothing/")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({cast.without_chance(answer) for answer in answers}) == 1
    shown = answers[0].content.decode()
    assert "was used, has expired" in shown
    assert "An owner of your team, or an administrator, gives you a new one." in shown


def test_a_link_of_somebody_no_longer_active_is_dead(anonymous: Client, alice: User) -> None:
    path = links.make_login_link(user=alice)
    User.objects.update(is_active=False)
    assert anonymous.post(path).status_code == 404


def test_the_button_wants_the_csrf_token(alice: User) -> None:
    path = links.make_login_link(user=alice)
    client = Client(enforce_csrf_checks=True)
    assert client.post(path).status_code == 403
    assert LoginLink.objects.get().used_at is None


def test_the_link_of_another_replaces_the_session(alice: User, bob: User) -> None:
    client = cast.client_of(bob)
    before = client.session.session_key
    client.post(links.make_login_link(user=alice))
    assert logged_in(client) == str(alice.pk)
    assert client.session.session_key != before


def test_only_a_digest_is_stored(alice: User) -> None:
    secret = secret_of(links.make_login_link(user=alice))
    with connection.cursor() as cursor:
        cursor.execute("SELECT l::text FROM accounts_loginlink l")
        assert secret not in cursor.fetchone()[0]
    assert secret not in repr(list(AuditEvent.objects.values()))


def test_a_new_password_ends_unused_links(anonymous: Client, alice: User) -> None:
    path = links.make_login_link(user=alice)
    people.set_password(user=alice, password="correct horse battery", by=alice)
    assert anonymous.get(path).status_code == 404


def test_making_and_using_are_recorded(anonymous: Client, grace: User, alice: User) -> None:
    team = Team.objects.get(slug="vision")
    anonymous.post(links.make_member_link(team=team, user=grace, by=alice))
    events = AuditEvent.objects.filter(action__startswith="account.").order_by("id")
    told = [(event.action, event.actor, event.team) for event in events]
    assert told == [
        ("account.link-made", alice, team),
        ("account.link-used", grace, team),
        ("account.login", grace, None),
    ]


def test_an_owner_makes_one_for_whom_the_team_brought(
    vision: Team, grace: User, alice: User
) -> None:
    assert links.make_member_link(team=vision, user=grace, by=alice).startswith("/account/link/")


@pytest.mark.parametrize("name", ["bob", "dana"])
def test_others_of_the_team_may_not(vision: Team, grace: User, name: str) -> None:
    with pytest.raises(NotAllowed):
        links.make_member_link(
            team=vision, user=grace, by=User.objects.get(email=f"{name}@example.org")
        )


def make_superuser(user: User, other: Team, secret: Project) -> None:
    people.make_superuser(user=user, by=None)


def join_another_team(user: User, other: Team, secret: Project) -> None:
    teams.add_member(team=other, user=user, role=Role.READER, by=None)


def be_shown_anothers_project(user: User, other: Team, secret: Project) -> None:
    share_project(project=secret, user=user, role=Role.READER, by=None)


def come_by_another_team(user: User, other: Team, secret: Project) -> None:
    User.objects.filter(pk=user.pk).update(home_team=other)


def leave(user: User, other: Team, secret: Project) -> None:
    teams.remove_member(team=Team.objects.get(slug="vision"), user=user, by=user)


@pytest.mark.parametrize(
    "happened",
    [
        make_superuser,
        join_another_team,
        be_shown_anothers_project,
        come_by_another_team,
        leave,
    ],
)
def test_an_owner_never_opens_what_is_not_the_teams(
    vision: Team, grace: User, alice: User, other: Team, secret: Project, happened
) -> None:
    early = secret_of(links.make_member_link(team=vision, user=grace, by=alice))
    happened(grace, other, secret)
    grace.refresh_from_db()
    with pytest.raises(NotAllowed):
        links.make_member_link(team=vision, user=grace, by=alice)
    with pytest.raises(Missing):
        links.use_link(early)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_in(alice: User) -> None:
    secret = secret_of(links.make_login_link(user=alice))
    outcomes = at_once([lambda: links.use_link(secret)] * 8)
    assert sum(isinstance(outcome, LoginLink) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Missing) for outcome in outcomes) == 7
