"""Nobody comes to more rights by a form or a call than somebody with these gave."""

from functools import partial

import pytest
from django.test import Client

from ahnb_platform.accounts import invitations, teams
from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, User
from ahnb_platform.errors import Conflict
from projects.models import Project, ProjectShare
from tests import cast
from tests.at_once import at_once

NEW = "new@example.org"
CHOSEN = {"new_password1": "staple paper clip", "new_password2": "staple paper clip"}
TEAM, PROJECT = "/teams/vision/", "/projects/vision/digits/"


def browsers_of_somebody_new(count: int) -> list[Client]:
    user = cast.make_person(NEW)
    return [cast.client_of(user) for _ in range(count)]


def status_of_joining(browser: Client, path: str) -> int:
    return browser.post(path).status_code


def roles() -> set[tuple[str, str, int]]:
    rows = Membership.objects.values_list("team__slug", "user__email", "role")
    return {(slug, email, role) for slug, email, role in rows}


@pytest.mark.parametrize("name", ["bob", "dana", "charlie"])
def test_no_form_lifts_who_may_less(
    vision: Team, digits: Project, other: Team, alice: User, name: str, request
) -> None:
    by: User = request.getfixturevalue(name)
    browser, before = cast.client_of(by), roles()
    attempts = [
        (f"{TEAM}members/{by.pk}/role/", {"role": "3"}),
        (f"{TEAM}members/{alice.pk}/role/", {"role": "1"}),
        (f"{TEAM}members/{alice.pk}/remove/", {}),
        (f"{TEAM}members/{alice.pk}/link/", {}),
        (TEAM, {"email": by.email, "role": "3"}),
        (TEAM, {"email": NEW, "role": "3"}),
        (f"{TEAM}services/", {"name": "mine", "role": "2"}),
        (f"{TEAM}settings/", {"name": "Mine", "slug": "mine"}),
        (f"{PROJECT}sharing/", {"shared_with": by.email, "role": "2"}),
        (f"{PROJECT}transfer/", {"team": "other"}),
        (f"{PROJECT}settings/address/", {"slug": "mine"}),
    ]
    for path, form in attempts:
        assert browser.post(path, form).status_code in {403, 404}, path
    profile = {"name": "X", "is_superuser": "1", "is_staff": "1", "email": alice.email}
    browser.post("/account/", profile)
    by.refresh_from_db()
    assert (by.is_superuser, by.is_staff) == (False, False)
    assert by.email != alice.email
    assert roles() == before
    assert not ProjectShare.objects.exists()


def test_a_token_never_outreaches_its_person(vision: Team, digits: Project, dana: User) -> None:
    api = cast.api_of(dana)
    assert api.put(f"/api/v1/runs/{cast.uuid7()}/", {"project": "vision/digits"}).status_code == 403
    assert api.post("/api/v1/projects/", {"project": "vision/mine"}).status_code == 403
    assert api.patch("/api/v1/projects/vision/digits/", {"name": "Mine"}).status_code == 403


def test_an_invitation_gives_no_more_than_its_maker_still_has(
    vision: Team, alice: User, bob: User
) -> None:
    teams.change_role(team=vision, user=bob, role=Role.OWNER, by=alice)
    made = invitations.invite(team=vision, email=NEW, role=Role.OWNER, by=bob)
    teams.change_role(team=vision, user=bob, role=Role.EDITOR, by=alice)
    assert Client().post(made.path, CHOSEN).status_code == 404
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_joins(vision: Team, alice: User) -> None:
    made = invitations.invite(team=vision, email=NEW, role=Role.EDITOR, by=alice)
    browsers = browsers_of_somebody_new(20)
    answers = at_once([partial(status_of_joining, browser, made.path) for browser in browsers])
    assert answers.count(302) == 1
    # Who tries so often at once may be told to wait instead.
    assert set(answers) <= {302, 404, 429}
    assert Membership.objects.filter(user__email=NEW).count() == 1
    assert AuditEvent.objects.filter(action="invitation.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_invitation_that_is_accepted_while_its_maker_goes(alice: User, bob: User) -> None:
    """Either it was in time, or it is dead: never a member without the invitation used up."""
    team = cast.make_team("pair", alice, owners=[bob])
    made = invitations.invite(team=team, email=NEW, role=Role.EDITOR, by=bob)
    remove = partial(teams.remove_member, team=team, user=bob, by=alice)
    accept = [partial(status_of_joining, one, made.path) for one in browsers_of_somebody_new(5)]
    _, *answers = at_once([remove, *accept])
    made.invitation.refresh_from_db()
    joined = answers.count(302)
    assert joined == int(made.invitation.accepted_at is not None) <= 1
    assert Membership.objects.filter(user__email=NEW).count() == joined
    assert not Membership.objects.filter(user=bob).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["leave", "demote"])
def test_two_owners_going_at_once_leave_one(alice: User, bob: User, act: str) -> None:
    team = cast.make_team("pair", alice, owners=[bob])

    def go(user: User):
        if act == "leave":
            return lambda: teams.remove_member(team=team, user=user, by=user)
        return lambda: teams.change_role(team=team, user=user, role=Role.READER, by=user)

    outcomes = at_once([go(alice), go(bob)])
    refused = [one for one in outcomes if isinstance(one, Conflict)]
    assert [one.code for one in refused] == ["last-owner"]
    assert Membership.objects.filter(team=team, role=Role.OWNER).count() == 1
