"""The service itself: who may call it, what it refuses, what it says of itself; over a socket."""

import json
from typing import Any

import pytest
import requests

from ahnb_platform.accounts.models import Team, User
from ahnb_platform.identity.models import Connection, Domain, ScimPerson
from ahnb_platform.identity.sso import connections
from tests import cast
from tests.live import LiveServer

from .provider import DEACTIVATIONS, GROUP, PATCH, USER, Scim


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
