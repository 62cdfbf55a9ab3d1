"""SCIM in the shapes in which providers send it."""

import json
from typing import Any

import pytest
import requests
from django.test import Client

from ahnb_platform.accounts import links, people
from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, User
from ahnb_platform.identity.models import Connection, Domain, ScimGroup, ScimPerson
from ahnb_platform.identity.sso import connections
from tests import cast
from tests.live import LiveServer

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


class Scim:
    """A provider that calls with a token."""

    def __init__(self, token: str) -> None:
        self.token = token

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.token}"}
        return Client(headers=headers).generic(
            method, f"/scim/v2{path}", data, "application/scim+json"
        )

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def create(self, email: str, **more: Any) -> Any:
        """As Okta sends it."""
        body = {
            "schemas": [USER],
            "userName": email,
            "name": {"givenName": "Eve", "familyName": "Moor"},
            "emails": [{"primary": True, "value": email, "type": "work"}],
            "displayName": "Eve Moor",
            "locale": "en-US",
            "externalId": "00u1",
            "groups": [],
            "active": True,
        }
        return self.call("POST", "/Users", body | more)

    def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def group(self, name: str, *members: str) -> Any:
        body = {
            "schemas": [GROUP],
            "displayName": name,
            "members": [{"value": one} for one in members],
        }
        return self.call("POST", "/Groups", body)


def connect(team: Team, owner: User, domain: str, **fields: Any) -> Scim:
    usual = {"kind": "oidc", "name": "E", "issuer": "https://id.example", "client_id": "ahnb"}
    connections.save_connection(team=team, by=owner, secret="x", **(usual | fields))
    claim = connections.claim_domain(team=team, by=owner, name=domain)
    connections.approve_domain(domain=claim, by=None)
    return Scim(connections.new_scim_token(team=team, by=owner))


@pytest.fixture
def scim(vision: Team, alice: User) -> Scim:
    roles = {"heads": Role.OWNER, "researchers": Role.EDITOR}
    return connect(vision, alice, "example.com", group_roles=roles)


@pytest.fixture
def eve(scim: Scim) -> dict[str, Any]:
    answer = scim.create("eve@example.com")
    assert answer.status_code == 201, answer.content
    return answer.json()


def role_of(email: str) -> int:
    return Membership.objects.get(user__email=email).role


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


DEACTIVATIONS = [
    {"op": "replace", "path": "active", "value": False},
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "replace", "value": {"active": False}},
]


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


def test_groups_give_roles_and_take_them_back(scim: Scim, eve: Any) -> None:
    researchers = scim.group("researchers").json()
    path = f"/Groups/{researchers['id']}"
    add = {"op": "Add", "path": "members", "value": [{"value": eve["id"]}]}
    assert scim.patch(path, add).status_code == 200
    assert role_of("eve@example.com") == Role.EDITOR
    heads = scim.group("heads", eve["id"]).json()
    assert role_of("eve@example.com") == Role.OWNER
    out = {"op": "remove", "path": f'members[value eq "{eve["id"]}"]'}
    scim.patch(f"/Groups/{heads['id']}", out)
    assert role_of("eve@example.com") == Role.EDITOR
    entra = {"op": "Remove", "path": "members", "value": [{"value": eve["id"]}]}
    scim.patch(path, entra)
    assert role_of("eve@example.com") == Role.READER
    scim.patch(path, {"op": "replace", "path": "members", "value": [{"value": eve["id"]}]})
    scim.patch(path, {"op": "replace", "value": {"id": path, "displayName": "guests"}})
    assert role_of("eve@example.com") == Role.READER
    scim.patch(path, {"op": "replace", "path": "displayName", "value": "heads of old"})
    assert scim.get(path).json()["displayName"] == "heads of old"
    found = scim.get('/Groups?filter=displayName+eq+"heads"&excludedAttributes=members').json()
    assert [one["displayName"] for one in found["Resources"]] == ["heads"]
    assert "members" not in found["Resources"][0]


def test_removing_a_group_takes_its_role_along(scim: Scim, eve: Any) -> None:
    heads = scim.group("heads", eve["id"]).json()
    assert scim.group("Heads").status_code == 409
    assert scim.get(f"/Users/{eve['id']}").json()["groups"][0]["display"] == "heads"
    assert scim.call("DELETE", f"/Groups/{heads['id']}").status_code == 204
    assert role_of("eve@example.com") == Role.READER
    assert not ScimGroup.objects.exists()


def test_a_token_works_while_the_owner_and_the_operator_want_it(
    scim: Scim, vision: Team, alice: User
) -> None:
    assert scim.get("/Users").status_code == 200
    assert Scim("").get("/Users").status_code == 401
    assert Scim(scim.token[:-1] + "x").get("/Users").status_code == 401
    assert Scim(cast.token_of(alice)).get("/Users").status_code == 401
    newer = Scim(connections.new_scim_token(team=vision, by=alice))
    assert [scim.get("/Users").status_code, newer.get("/Users").status_code] == [401, 200]
    Domain.objects.update(approved_at=None)
    assert newer.get("/Users").status_code == 401
    Domain.objects.update(approved_at="2026-01-01T00:00Z")
    connections.end_scim(team=vision, by=alice)
    assert newer.get("/Users").status_code == 401
    assert scim.token.encode() not in bytes(str(list(Connection.objects.values())), "utf8")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"[" * 100_000,
        b'{"userName": 7}',
        b'{"userName": "no address"}',
        b'{"userName": "a\\u0000@example.com"}',
        b'{"emails": "x"}',
        b'{"userName": "x@example.com", "active": "perhaps"}',
        b'{"userName": "x@example.com", "name": [], "displayName": {"a": 1}}',
    ],
)
def test_a_bad_body_is_refused_in_the_form_of_scim(scim: Scim, body: bytes) -> None:
    answer = scim.call("POST", "/Users", body)
    assert answer.status_code in (400, 403), answer.content
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert not ScimPerson.objects.exists()


BAD_OPERATIONS: list[Any] = [
    {},
    {"op": "drop", "path": "active"},
    {"op": "remove"},
    {"op": "replace", "value": 7},
    {"op": "replace", "path": "active", "value": "perhaps"},
    {"op": "replace", "path": 7, "value": 7},
    "text",
    {"op": "remove", "path": "active"},
]


@pytest.mark.parametrize("operation", BAD_OPERATIONS)
def test_a_bad_operation_changes_nothing(scim: Scim, eve: Any, operation: Any) -> None:
    good = {"op": "replace", "path": "displayName", "value": "Changed"}
    answer = scim.patch(f"/Users/{eve['id']}", good, operation)
    assert answer.status_code == 400
    assert scim.get(f"/Users/{eve['id']}").json() == eve


def test_the_service_describes_itself(scim: Scim) -> None:
    assert scim.get("/ServiceProviderConfig").json()["patch"] == {"supported": True}
    kinds = scim.get("/ResourceTypes").json()["Resources"]
    assert [kind["endpoint"] for kind in kinds] == ["/Users", "/Groups"]
    assert {schema["id"] for schema in scim.get("/Schemas").json()["Resources"]} == {USER, GROUP}
    assert scim.get("/Nothing").status_code == 404
    assert scim.call("PUT", "/Users").status_code == 405


def test_a_provider_over_the_network_brings_and_takes_somebody(
    transactional_db: None, server: LiveServer, scim: Scim
) -> None:
    base = f"{server.url}/scim/v2"
    headers = {
        "Authorization": f"Bearer {scim.token}",
        "Content-Type": "application/scim+json; charset=utf-8",
    }

    def send(method: str, path: str, **body: Any) -> requests.Response:
        sent = json.dumps(body) if body else None
        return requests.request(method, base + path, data=sent, headers=headers, timeout=30)

    made = send("POST", "/Users", schemas=[USER], userName="eve@example.com", active=True)
    assert made.status_code == 201, made.text
    place = f"/Users/{made.json()['id']}"
    assert made.headers["Location"].endswith(place)
    found = send("GET", '/Users?filter=userName eq "eve@example.com"').json()
    assert found["totalResults"] == 1
    token = cast.token_of(User.objects.get(email="eve@example.com"))

    def status() -> int:
        bearer = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{server.url}/api/v1/me/", headers=bearer, timeout=30).status_code

    assert status() == 200
    off = send("PATCH", place, schemas=[PATCH], Operations=[DEACTIVATIONS[0]])
    assert off.json()["active"] is False
    assert status() == 401
    assert send("DELETE", place).status_code == 204
