"""How the server tells that it is well, and what the API is."""

import pytest
from django.test import Client

from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_no_token(path):
    answer = Client().get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_me_tells_person_teams_and_token(alice, digits):
    document = cast.api_of(alice, ["read"], digits).get("/api/v1/me/").json()
    assert document["user"] == {"name": "Alice", "email": "alice@example.org"}
    assert document["teams"] == [{"slug": "vision", "name": "vision", "role": "owner"}]
    assert document["token"]["scopes"] == ["read"]
    assert document["token"]["project"] == "vision/digits"
    assert document["token"]["expires_at"] is None


@pytest.mark.parametrize("scope", ["read", "runs:write"])
def test_me_and_schema_take_any_valid_token(alice, scope):
    api = cast.api_of(alice, [scope])
    assert api.get("/api/v1/me/").status_code == 200
    assert api.get("/api/v1/schema/").status_code == 200


def test_the_schema_names_every_call(alice):
    schema = cast.api_of(alice).get("/api/v1/schema/").json()
    calls = {
        (method, path)
        for path, item in schema["paths"].items()
        for method in item
        if method != "parameters"
    }
    run = "/api/v1/runs/{run_id}/"
    project = "/api/v1/projects/{team}/{project}/"
    assert calls == {
        ("get", "/api/v1/me/"),
        ("get", "/api/v1/projects/"),
        ("post", "/api/v1/projects/"),
        ("get", project),
        ("patch", project),
        ("delete", project),
        ("post", project + "restore/"),
        ("get", project + "runs/"),
        ("get", "/api/v1/runs/"),
        ("get", run + "record/"),
        ("put", run),
        ("get", run),
        ("patch", run),
        ("delete", run),
        ("post", run + "restore/"),
        ("post", run + "batches/"),
        ("get", run + "series/"),
        ("get", run + "notes/"),
        ("post", run + "notes/"),
        ("get", run + "media/"),
        ("get", run + "export/"),
        ("get", run + "quote/"),
        ("get", run + "quotes/"),
        ("post", run + "quotes/"),
        ("post", run + "freeze/"),
        ("post", run + "unfreeze/"),
        ("get", run + "findings/"),
        ("get", run + "repeats/"),
        ("get", project + "findings/"),
        ("get", project + "mutes/"),
        ("post", project + "mutes/"),
        ("delete", project + "mutes/{mute_id}/"),
        ("get", run + "artifacts/"),
        ("put", run + "artifacts/"),
        ("get", run + "artifacts/{artifact_id}/"),
    }


def test_all_references_of_the_schema_lead_somewhere(alice):
    schema = cast.api_of(alice).get("/api/v1/schema/").json()
    named = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
    assert set(references(schema)) <= named


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "$ref" else references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
