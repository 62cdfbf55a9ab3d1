"""Invitations: whom they let in, as what, once, and when they end."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts import invitations, teams
from ahnb_platform.accounts.models import (
    ApiToken,
    AuditEvent,
    Invitation,
    Membership,
    Role,
    Team,
    User,
)
from ahnb_platform.errors import Conflict, Invalid, Missing, NotAllowed
from projects.models import Project, ProjectShare
from projects.services import share_project
from tests import cast

TEAM = "/teams/vision/"
NEW = "new@example.org"
PASSWORD = "staple paper clip"
CHOSEN = {"name": "Newton", "new_password1": PASSWORD, "new_password2": PASSWORD}


def path_of(team: Team, by: User, email: str = NEW, role: int = Role.EDITOR) -> str:
    return invitations.invite(team=team, email=email, role=role, by=by).path


def secret_of(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def role_of(email: str) -> int | None:
    return Membership.objects.filter(user__email=email).values_list("role", flat=True).first()


def join_as_new(path: str, browser: Client, email: str = NEW) -> Any:
    """Choose a password, log in with it, and press the button."""
    to_login = browser.post(path, CHOSEN)["Location"]
    assert to_login == f"/account/login/?next={quote(path, safe='')}"
    form = {"login": email, "password": PASSWORD}
    assert browser.post(to_login, form)["Location"] == path
    return browser.post(path)


def test_a_new_person_joins_in_the_role_with_a_password(vision: Team, alice: User) -> None:
    path = path_of(vision, alice)
    browser = Client()
    assert join_as_new(path, browser)["Location"] == TEAM
    assert role_of(NEW) == Role.EDITOR
    user = User.objects.get(email=NEW)
    assert (user.name, user.home_team) == ("Newton", vision)
    assert user.check_password(PASSWORD)
    assert browser.get(TEAM).status_code == 200


def test_a_known_person_joins_once_logged_in(vision: Team, alice: User, charlie: User) -> None:
    path = path_of(vision, alice, "Charlie@Example.org")
    browser = cast.client_of(charlie)
    assert "Join" in browser.get(path).content.decode()
    assert browser.post(path)["Location"] == TEAM
    assert role_of("charlie@example.org") == Role.EDITOR


def test_looking_accepts_nothing(vision: Team, alice: User, charlie: User) -> None:
    path = path_of(vision, alice, charlie.email)
    for browser in (Client(), cast.client_of(charlie)):
        for ask in (browser.get, browser.head, browser.get):
            answer = ask(path)
            assert answer.status_code == 200
            assert "no-store" in answer["Cache-Control"]
    assert role_of(charlie.email) is None
    assert Invitation.objects.get().accepted_at is None


def test_another_person_cannot_accept(vision: Team, alice: User, charlie: User, other) -> None:
    path = path_of(vision, alice)
    answer = cast.client_of(charlie).post(path, CHOSEN)
    assert answer.status_code == 403
    assert "You are logged in as charlie@example.org" in answer.content.decode()
    with pytest.raises(NotAllowed):
        invitations.accept(secret_of(path), by=charlie)
    assert not Membership.objects.filter(user=charlie, team=vision).exists()


def test_a_known_address_gets_no_second_password(vision: Team, alice: User, charlie: User) -> None:
    path = path_of(vision, alice, charlie.email)
    before = User.objects.get(pk=charlie.pk).password
    assert Client().post(path, CHOSEN)["Location"].startswith("/account/login/?next=")
    assert User.objects.get(pk=charlie.pk).password == before
    assert role_of(charlie.email) is None
    assert cast.client_of(charlie).post(path)["Location"] == TEAM


def test_the_page_tells_nobody_whether_the_address_is_known(
    vision: Team, alice: User, charlie: User
) -> None:
    pages = []
    for email in (charlie.email, NEW):
        owner = cast.client_of(alice).post(TEAM, {"email": email, "role": "1"})
        path = re.search(r"/account/invitation/[\w-]+/", owner.content.decode())
        assert path is not None
        for answer in (owner, Client().get(path[0])):
            text = answer.content.decode().replace(email, "X").replace(path[0], "PATH")
            pages.append(
                re.sub(r'name="csrfmiddlewaretoken" value="\w+"|<time.*?</time>', "", text)
            )
    assert pages[:2] == pages[2:]


@pytest.mark.parametrize("password", ["short", "password1234", "newton newton"])
def test_a_weak_password_uses_nothing_up(vision: Team, alice: User, password: str) -> None:
    path = path_of(vision, alice)
    weak = CHOSEN | {"new_password1": password[:11], "new_password2": password[:11]}
    assert 'class="form-error"' in Client().post(path, weak).content.decode()
    assert not User.objects.filter(email=NEW).exists()
    assert Client().post(path, CHOSEN).status_code == 302


def test_who_holds_the_link_cannot_change_a_password_that_was_chosen(
    vision: Team, alice: User
) -> None:
    path = path_of(vision, alice)
    assert Client().post(path, CHOSEN).status_code == 302
    other = {"new_password1": "another good one", "new_password2": "another good one"}
    assert Client().post(path, other).status_code == 302
    assert User.objects.get(email=NEW).check_password(PASSWORD)
    assert role_of(NEW) is None


def test_it_works_once(vision: Team, alice: User) -> None:
    path = path_of(vision, alice)
    assert join_as_new(path, Client()).status_code == 302
    assert Client().get(path).status_code == Client().post(path, CHOSEN).status_code == 404


def expire(team: Team, by: User) -> None:
    invitation = Invitation.objects.get()
    assert invitation.expires_at - invitation.created_at < timedelta(days=7, seconds=5)
    Invitation.objects.update(expires_at=timezone.now())


def revoke(team: Team, by: User) -> None:
    path = f"{TEAM}invitations/{Invitation.objects.get().pk}/revoke/"
    assert cast.client_of(by).post(path)["Location"] == TEAM


def invite_again(team: Team, by: User) -> None:
    path_of(team, by, "NEW@example.org")


def demote_its_maker(team: Team, by: User) -> None:
    teams.add_member(team=team, user=cast.make_person("eve@x.org"), role=Role.OWNER, by=None)
    teams.change_role(team=team, user=by, role=Role.EDITOR, by=None)
    teams.change_role(team=team, user=by, role=Role.OWNER, by=None)


def remove_its_maker(team: Team, by: User) -> None:
    teams.add_member(team=team, user=cast.make_person("eve@x.org"), role=Role.OWNER, by=None)
    teams.remove_member(team=team, user=by, by=None)
    teams.add_member(team=team, user=by, role=Role.OWNER, by=None)


def deactivate_its_maker(team: Team, by: User) -> None:
    User.objects.filter(pk=by.pk).update(is_active=False)


@pytest.mark.parametrize(
    "happened",
    [expire, revoke, invite_again, demote_its_maker, remove_its_maker, deactivate_its_maker],
)
def test_a_dead_invitation_is_like_one_that_never_was(vision: Team, alice: User, happened) -> None:
    path = path_of(vision, alice)
    happened(vision, alice)
    dead, unknown = Client().post(path, CHOSEN), Client().post("/account/invitation/no/", CHOSEN)
    assert dead.status_code == unknown.status_code == 404
    assert cast.without_chance(dead) == cast.without_chance(unknown)
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("name", ["bob", "dana", "charlie"])
def test_who_owns_nothing_grants_nothing(vision: Team, name: str, request) -> None:
    by = request.getfixturevalue(name)
    for role in Role:
        with pytest.raises((NotAllowed, Missing)):
            invitations.invite(team=vision, email=NEW, role=role, by=by)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", [0, 4, "owner", None])
def test_there_is_no_role_above_owner(vision: Team, alice: User, role) -> None:
    with pytest.raises(Invalid):
        invitations.invite(team=vision, email=NEW, role=role, by=alice)


def test_fields_of_the_form_do_not_change_what_was_invited(vision: Team, alice: User) -> None:
    path = path_of(vision, alice, role=Role.READER)
    more = {"role": "3", "email": "x@y.org", "is_superuser": "1"}
    Client().post(path, CHOSEN | more)
    cast.client_of(User.objects.get(email=NEW)).post(path, more)
    assert role_of(NEW) == Role.READER
    assert not User.objects.get(email=NEW).is_superuser


def test_a_member_is_not_invited(vision: Team, alice: User, dana: User) -> None:
    with pytest.raises(Conflict):
        path_of(vision, alice, "DANA@example.org")
    path = path_of(vision, alice, "charlie@example.org")
    charlie = cast.make_person("charlie@example.org")
    teams.add_member(team=vision, user=charlie, role=Role.OWNER, by=alice)
    assert cast.client_of(charlie).post(path).status_code == 302
    assert role_of(charlie.email) == Role.OWNER


def test_the_team_page_lists_open_ones_for_owners(vision: Team, alice: User, bob: User) -> None:
    path = path_of(vision, alice)
    page = cast.client_of(alice).get(TEAM).content.decode()
    assert NEW in page
    assert secret_of(path) not in page
    assert NEW not in cast.client_of(bob).get(TEAM).content.decode()


def test_only_a_digest_is_stored(vision: Team, alice: User) -> None:
    secret = secret_of(path_of(vision, alice))
    with connection.cursor() as cursor:
        cursor.execute("SELECT i::text FROM accounts_invitation i")
        assert secret not in cursor.fetchone()[0]
    assert secret not in repr(list(AuditEvent.objects.values()))


def test_making_and_accepting_are_recorded(vision: Team, alice: User) -> None:
    join_as_new(path_of(vision, alice), Client())
    events = AuditEvent.objects.filter(team=vision, action__regex="^(invitation|member)")
    told = list(events.order_by("-id")[:3].values_list("action", "actor_label"))
    assert told == [
        ("member.added", NEW),
        ("invitation.accepted", NEW),
        ("invitation.made", alice.email),
    ]


def test_it_goes_by_mail_where_there_is_a_server(vision: Team, alice: User, settings) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    answer = cast.client_of(alice).post(TEAM, {"email": NEW, "role": "1"}, follow=True)
    assert "/account/invitation/" not in answer.content.decode()
    (message,) = mail.outbox
    assert message.to == [NEW]
    path = re.search(r"/account/invitation/[\w-]+/", message.body)
    assert path is not None
    assert Client().post(path[0], CHOSEN).status_code == 302


def test_where_no_mail_goes_out_the_link_is_shown(vision: Team, alice: User, settings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = 1  # nobody listens there
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    text = cast.client_of(alice).post(TEAM, {"email": NEW, "role": "1"}).content.decode()
    assert "The mail server did not take the message" in text
    assert "/account/invitation/" in text


def test_too_many_are_refused(vision: Team, alice: User, monkeypatch) -> None:
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)
    path_of(vision, alice)
    with pytest.raises(Invalid):
        path_of(vision, alice, "second@example.org")


def test_removal_ends_all_that_came_with_the_team(
    vision: Team, digits: Project, secret: Project, alice: User, bob: User, charlie: User
) -> None:
    share_project(project=digits, by=alice, role=Role.READER, user=bob)
    share_project(project=secret, by=charlie, role=Role.READER, user=bob)
    bound, free = cast.token_of(bob, project=digits), cast.token_of(bob)
    browser = cast.client_of(bob)
    assert browser.get("/projects/vision/digits/").status_code == 200
    teams.remove_member(team=vision, user=bob, by=alice)
    for path in ("/projects/vision/digits/", TEAM):
        assert browser.get(path).status_code == 404
    assert cast.Api(bound).get("/api/v1/me/").status_code == 401
    assert cast.Api(free).get("/api/v1/projects/vision/digits/").status_code == 404
    # What another team gave is not this team's to take.
    assert cast.Api(free).get("/api/v1/projects/other/secret/").status_code == 200
    assert ProjectShare.objects.get(user=bob).project == secret
    assert ApiToken.objects.filter(user=bob, revoked_at=None).count() == 1
    told = AuditEvent.objects.get(action="member.removed").data
    assert (told["shares"], told["tokens"]) == (1, 1)


def test_who_invites_too_often_waits(vision: Team, alice: User, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "invite": "2/h/key"}
    client = cast.client_of(alice)
    answers = [client.post(TEAM, {"email": f"p{n}@example.org", "role": "1"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert Invitation.objects.count() == 2
