"""Service accounts: programs of a team that have tokens and nothing else."""

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from ahnb_platform.accounts import (
    invitations,
    links,
    people,
    service_accounts,
    teams,
    tokens,
)
from ahnb_platform.accounts.models import (
    ApiToken,
    AuditEvent,
    LoginLink,
    Membership,
    Role,
    Team,
    User,
)
from ahnb_platform.errors import Conflict, Invalid, Missing, NotAllowed
from projects.models import Project
from projects.services import share_project
from tests import cast

PAGE = "/teams/vision/services/"


@pytest.fixture
def nightly(vision: Team, alice: User) -> User:
    """Edits in the team "vision"."""
    return service_accounts.make_service_account(
        team=vision, name="nightly", role=Role.EDITOR, by=alice
    )


def api_of(service: User, team: Team, by: User, **fields) -> cast.Api:
    given = {"name": "cron", "scopes": cast.ALL_SCOPES} | fields
    _, text = service_accounts.issue_service_token(team=team, user=service, by=by, **given)
    return cast.Api(text)


def start(api: cast.Api) -> int:
    path = f"/api/v1/runs/{cast.uuid7()}/"
    return api.put(path, {"project": "vision/digits"}).status_code


def test_its_token_does_what_its_role_says(
    nightly: User, vision: Team, digits: Project, alice: User
) -> None:
    api = api_of(nightly, vision, alice)
    assert start(api) == 201
    assert api.get("/api/v1/projects/").json()["total"] == 1
    teams.change_role(team=vision, user=nightly, role=Role.READER, by=alice)
    assert start(api) == 403


def test_removing_who_made_it_stops_nothing(
    nightly: User, vision: Team, digits: Project, alice: User, bob: User
) -> None:
    api = api_of(nightly, vision, alice)
    teams.change_role(team=vision, user=bob, role=Role.OWNER, by=alice)
    teams.remove_member(team=vision, user=alice, by=bob)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert start(api) == 201
    assert cast.client_of(bob).get(f"{PAGE}{nightly.pk}/").status_code == 200


def test_an_owner_ends_it_for_good(
    nightly: User, vision: Team, digits: Project, alice: User
) -> None:
    api = api_of(nightly, vision, alice)
    assert start(api) == 201
    cast.client_of(alice).post(f"{PAGE}{nightly.pk}/deactivate/")
    tokens._trusted.clear()  # the half second that a process trusts
    assert start(api) == 401
    nightly.refresh_from_db()
    with pytest.raises(Invalid):
        api_of(nightly, vision, alice)


def test_no_door_lets_it_in(nightly: User, vision: Team, alice: User) -> None:
    nightly.set_password("correct horse battery")
    nightly.save()
    assert authenticate(None, username=nightly.email, password="correct horse battery") is None
    with pytest.raises(NotAllowed):
        links.make_login_link(user=nightly)
    with pytest.raises(NotAllowed):
        links.make_member_link(team=vision, user=nightly, by=alice)
    assert not LoginLink.objects.exists()
    browser = Client()
    browser.force_login(nightly, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/", "/tokens/", PAGE, "/account/"):
        answer = browser.get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/login/")


def test_it_owns_nothing_and_belongs_nowhere_else(
    nightly: User, vision: Team, other: Team, secret: Project, alice: User, charlie: User
) -> None:
    with pytest.raises(Invalid):
        service_accounts.make_service_account(team=vision, name="x", role=Role.OWNER, by=alice)
    with pytest.raises(Invalid):
        teams.change_role(team=vision, user=nightly, role=Role.OWNER, by=alice)
    with pytest.raises(Invalid):
        teams.add_member(team=other, user=nightly, role=Role.READER, by=charlie)
    with pytest.raises(Invalid):
        share_project(project=secret, user=nightly, role=Role.READER, by=charlie)
    assert people.person_with_email(nightly.email) is None
    form = {"shared_with": nightly.email, "role": "1"}
    page = cast.client_of(charlie).post("/projects/other/secret/sharing/", form)
    assert "knows no team or person" in page.content.decode()
    with pytest.raises(Conflict):
        teams.remove_member(team=vision, user=alice, by=alice)


def test_an_invitation_of_its_address_makes_no_person_of_it(
    nightly: User, vision: Team, other: Team, charlie: User
) -> None:
    made = invitations.invite(team=other, email=nightly.email, role=Role.READER, by=charlie)
    chosen = {"new_password1": "staple paper clip", "new_password2": "staple paper clip"}
    assert Client().post(made.path, chosen).status_code == 302
    nightly.refresh_from_db()
    assert not nightly.has_usable_password()
    assert not Membership.objects.filter(user=nightly, team=other).exists()


def test_two_of_one_name_are_refused_on_the_form(nightly: User, vision: Team, alice: User) -> None:
    path, form = "/teams/vision/services/", {"name": nightly.name.upper(), "role": "2"}
    answer = cast.client_of(alice).post(path, form)
    assert "has a service account" in answer.content.decode()
    assert User.objects.filter(service_team=vision).count() == 1
    service_accounts.deactivate_service_account(team=vision, user=nightly, by=alice)
    assert cast.client_of(alice).post(path, form).status_code == 302


@pytest.mark.parametrize("name", ["bob", "dana", "charlie"])
def test_only_owners_make_its_tokens(nightly: User, vision: Team, name: str, request) -> None:
    by = request.getfixturevalue(name)
    with pytest.raises((NotAllowed, Missing)):
        api_of(nightly, vision, by)
    with pytest.raises((NotAllowed, Missing)):
        service_accounts.make_service_account(team=vision, name="x", role=Role.READER, by=by)
    assert not ApiToken.objects.exists()


def test_a_team_has_no_hand_on_anothers(
    nightly: User, other: Team, charlie: User, dana: User
) -> None:
    with pytest.raises(Missing):
        api_of(nightly, other, charlie)
    with pytest.raises(Missing):
        service_accounts.service_with_id(other, nightly.pk)
    with pytest.raises(Missing):  # a person is none
        service_accounts.service_with_id(Team.objects.get(slug="vision"), dana.pk)


def test_its_page_shows_a_new_token_once_and_its_use(
    nightly: User, vision: Team, digits: Project, alice: User
) -> None:
    browser = cast.client_of(alice)
    form = {"name": "cron", "scopes": "read", "project": digits.pk, "days": "30"}
    made = browser.post(f"{PAGE}{nightly.pk}/", form).content.decode()
    token = ApiToken.objects.get(user=nightly)
    assert f"ahnb_{token.prefix}_" in made
    assert made.count(f"export AHNB_API_KEY=ahnb_{token.prefix}_") == 1
    page = browser.get(f"{PAGE}{nightly.pk}/").content.decode()
    for shown in ("cron", "vision/digits", f"ahnb_{token.prefix}_", "never"):
        assert shown in page
    browser.post(f"{PAGE}{nightly.pk}/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_tables_and_audit_show_it_as_one(
    nightly: User, vision: Team, digits: Project, alice: User
) -> None:
    api = api_of(nightly, vision, alice)
    start(api)
    browser = cast.client_of(alice)
    shown = "nightly (service account)"
    assert shown in browser.get("/projects/vision/digits/?cols=user").content.decode()
    assert shown in browser.get("/projects/vision/digits/sharing/").content.decode()
    assert api.get("/api/v1/me/").json()["user"]["name"] == shown
    api.post("/api/v1/projects/", {"project": "vision/letters"})
    event = AuditEvent.objects.get(action="project.created", target_label="letters")
    assert event.actor_label == shown
    audit = browser.get("/teams/vision/audit/").content.decode()
    assert "service.added" in audit
    assert shown in audit
    assert nightly.email not in browser.get("/teams/vision/").content.decode()


def test_it_does_not_count_as_a_member(nightly: User, alice: User, vision: Team) -> None:
    page = cast.client_of(alice).get("/teams/").content.decode()
    assert 'class="num">3</td>' in page


def test_its_role_is_changed_on_its_page(nightly: User, vision: Team, alice: User) -> None:
    browser = cast.client_of(alice)
    path = f"{PAGE}{nightly.pk}/role/"
    for sent, held in (
        ("1", Role.READER),
        ("3", Role.READER),
        ("", Role.READER),
        ("2", Role.EDITOR),
    ):
        assert browser.post(path, {"role": sent}).status_code == 302
        assert Membership.objects.get(user=nightly).role == held
