"""The people that a provider keeps: made, found, changed, ended; and who is out of reach."""

from typing import Any

import pytest
import requests
from django.test import Client

from ahnb_platform.accounts import links, people, teams
from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, User
from tests import cast

from .provider import DEACTIVATIONS, USER, Scim, connect, role_of


def test_a_created_person_is_a_member_and_can_be_read(scim: Scim, eve: Any, vision: Team) -> None:
    assert (eve["userName"], eve["active"], eve["externalId"]) == ("eve@example.com", True, "00u1")
    user = User.objects.get(email="eve@example.com")
    assert (user.name, user.home_team) == ("Eve Moor", vision)
    assert role_of("eve@example.com") == Role.READER
    answer = scim.get(f"/Users/{eve['id']}")
    assert answer.json() == eve
    assert answer["Content-Type"] == "application/scim+json"
    assert answer["Location"] == eve["meta"]["location"]
    assert {"scim.person-kept", "member.added"} <= {
        event.action for event in AuditEvent.objects.filter(team=vision)
    }


@pytest.mark.parametrize(
    "wanted",
    [
        'userName eq "eve@example.com"',
        'userName eq "EVE@Example.com"',
        'userName Eq "eve@example.com"',
        'emails[type eq "work"].value eq "eve@example.com"',
        'externalId eq "00u1" and active eq true',
        'userName sw "eve"',
    ],
)
def test_filters_that_providers_send_find_the_person(scim: Scim, eve: Any, wanted: str) -> None:
    scim.create("amy@example.com", externalId="00u2")
    found = scim.call("GET", f"/Users?filter={requests.utils.quote(wanted)}").json()
    assert [one["id"] for one in found["Resources"]] == [eve["id"]]
    assert (found["totalResults"], found["startIndex"], found["itemsPerPage"]) == (1, 1, 1)


@pytest.mark.parametrize(
    "wanted",
    [
        "userName",
        'userName eq "a" or (',
        'password eq "x"',
        'userName eq "a" and is_superuser eq true',
        "active eq 7",
        'active eq "maybe"',
        'id eq "no id"',
        'userName eq "\\u0000"',
        "x" * 5000,
        "((((((((((((((((((((" * 10,
    ],
)
def test_a_filter_that_is_not_understood_is_refused_in_peace(
    scim: Scim, eve: Any, wanted: str
) -> None:
    answer = scim.get(f"/Users?filter={requests.utils.quote(wanted)}")
    if answer.status_code == 200:
        assert answer.json()["totalResults"] == 0
    else:
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")


def test_pages_cover_everybody_once(scim: Scim) -> None:
    for number in range(7):
        scim.create(f"p{number}@example.com")
    seen = []
    for start in (1, 4, 7):
        page = scim.get(f"/Users?startIndex={start}&count=3").json()
        assert page["totalResults"] == 7
        seen += [one["userName"] for one in page["Resources"]]
    assert seen == [f"p{number}@example.com" for number in range(7)]
    assert scim.get("/Users?count=0").json()["Resources"] == []
    assert scim.get("/Users?startIndex=99").json()["Resources"] == []
    assert scim.get("/Users?count=x").status_code == 400


@pytest.mark.parametrize("operation", DEACTIVATIONS, ids=["by path", "as text", "by value"])
def test_deactivating_ends_sessions_tokens_and_links_at_once(
    scim: Scim, eve: Any, operation: dict[str, Any]
) -> None:
    user = User.objects.get(email="eve@example.com")
    browser, api = cast.client_of(user), cast.api_of(user)
    link = links.make_login_link(user=user)
    assert browser.get("/account/").status_code == 200
    assert api.get("/api/v1/me/").status_code == 200
    answer = scim.patch(f"/Users/{eve['id']}", operation)
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert browser.get("/account/").status_code == 302
    assert api.get("/api/v1/me/").status_code == 401
    assert Client().post(link).status_code == 404
    assert not user.api_tokens.filter(revoked_at=None).exists()
    scim.patch(f"/Users/{eve['id']}", {"op": "replace", "path": "active", "value": True})
    assert User.objects.get(pk=user.pk).is_active
    assert api.get("/api/v1/me/").status_code == 401


def test_names_change_in_the_shapes_of_providers(scim: Scim, eve: Any) -> None:
    path = f"/Users/{eve['id']}"
    entra = [
        {"op": "Replace", "path": "name.givenName", "value": "Evelyn"},
        {"op": "Replace", "path": "name.familyName", "value": "Moor-Fields"},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "eve@example.com"},
        {"op": "Add", "path": "title", "value": "is not kept"},
    ]
    assert scim.patch(path, *entra).json()["displayName"] == "Evelyn Moor-Fields"
    whole = {"schemas": [USER], "userName": "evelyn@example.com", "displayName": "E. M."}
    answer = scim.call("PUT", path, whole)
    assert (answer.json()["userName"], answer.json()["displayName"]) == (
        "evelyn@example.com",
        "E. M.",
    )
    assert answer.json()["active"] is True


def test_deleting_deactivates_and_ends_the_membership(scim: Scim, eve: Any) -> None:
    assert scim.call("DELETE", f"/Users/{eve['id']}").status_code == 204
    assert scim.get(f"/Users/{eve['id']}").status_code == 404
    user = User.objects.get(email="eve@example.com")
    assert not user.is_active
    assert not Membership.objects.filter(user=user).exists()


def test_somebody_known_of_the_domain_is_taken_over_and_then_taken(scim: Scim) -> None:
    cast.make_person("amy@example.com")
    answer = scim.create("amy@example.com")
    assert answer.status_code == 201
    assert role_of("amy@example.com") == Role.READER
    again = scim.create("Amy@example.com")
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")


def test_nobody_outside_the_captured_domains_can_be_touched(
    scim: Scim, eve: Any, alice: User, charlie: User
) -> None:
    assert scim.create("charlie@example.org").status_code == 403
    assert scim.create("new@example.org").status_code == 403
    assert scim.create("new@sub.example.com").status_code == 403
    found = scim.get("/Users").json()["Resources"]
    assert [one["userName"] for one in found] == ["eve@example.com"]
    moved = scim.patch(
        f"/Users/{eve['id']}", {"op": "replace", "path": "userName", "value": "eve@example.org"}
    )
    assert moved.status_code == 403
    assert User.objects.get(pk=charlie.pk).is_active


def test_an_administrator_can_be_touched_neither_before_nor_after(scim: Scim, eve: Any) -> None:
    people.make_superuser(user=cast.make_person("root@example.com"), by=None)
    assert scim.create("root@example.com").status_code == 403
    people.make_superuser(user=User.objects.get(email="eve@example.com"), by=None)
    path = f"/Users/{eve['id']}"
    off = {"op": "replace", "path": "active", "value": False}
    assert scim.get(path).status_code == 404
    assert scim.patch(path, off).status_code == 404
    assert scim.call("DELETE", path).status_code == 404
    assert User.objects.get(email="eve@example.com").is_active


def test_another_teams_people_and_groups_do_not_exist(
    scim: Scim, eve: Any, other: Team, charlie: User
) -> None:
    theirs = connect(other, charlie, "example.net")
    group = scim.group("heads", eve["id"]).json()
    for path in (f"/Users/{eve['id']}", f"/Groups/{group['id']}"):
        assert theirs.get(path).status_code == 404
        assert theirs.patch(path, DEACTIVATIONS[0]).status_code == 404
        assert theirs.call("DELETE", path).status_code == 404
    assert theirs.get("/Users").json()["totalResults"] == 0
    assert theirs.get("/Groups").json()["totalResults"] == 0
    assert theirs.group("x", eve["id"]).status_code == 400
    assert theirs.create("eve@example.com").status_code == 403


def test_members_who_came_otherwise_are_found_and_kept_from_then_on(
    scim: Scim, vision: Team, alice: User, bob: User
) -> None:
    amy = cast.make_person("amy@example.com", "Amy")
    cast.make_person("stranger@example.com")
    teams.add_member(team=vision, user=amy, role=Role.EDITOR, by=alice)
    for _ in range(2):
        found = scim.get('/Users?filter=userName+eq+"Amy@example.com"').json()
        assert [one["userName"] for one in found["Resources"]] == [amy.email]
    assert [one["userName"] for one in scim.get("/Users").json()["Resources"]] == [amy.email]
    off = scim.patch(f"/Users/{found['Resources'][0]['id']}", DEACTIVATIONS[0])
    assert off.json()["active"] is False
    assert not User.objects.get(pk=amy.pk).is_active
    assert role_of(amy.email) == Role.EDITOR
    told = AuditEvent.objects.filter(action="scim.person-kept").values_list("target_label")
    assert [label for (label,) in told] == ["Amy"]
