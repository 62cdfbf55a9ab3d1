"""401, then 404, then 403, and only then the body; closed unless a view says otherwise."""

import json

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.views import APIView

from ahnb_platform.accounts import tokens
from ahnb_platform.accounts.models import ApiToken, Scope, User
from ahnb_platform.api.permissions import HasToken
from ahnb_platform.api.views import ApiView
from tests import cast

pytestmark = pytest.mark.django_db

BAD = b"{not json"
CALLS = [
    ("GET", "/api/v1/runs/{run}/", None),
    ("PUT", "/api/v1/runs/{run}/", BAD),
    ("PATCH", "/api/v1/runs/{run}/", BAD),
    ("DELETE", "/api/v1/runs/{run}/", None),
    ("POST", "/api/v1/runs/{run}/restore/", None),
    ("POST", "/api/v1/runs/{run}/batches/", BAD),
    ("GET", "/api/v1/runs/{run}/series/", None),
    ("GET", "/api/v1/runs/{run}/notes/", None),
    ("POST", "/api/v1/runs/{run}/notes/", BAD),
    ("GET", "/api/v1/projects/vision/digits/", None),
    ("PATCH", "/api/v1/projects/vision/digits/", BAD),
    ("GET", "/api/v1/projects/vision/digits/runs/", None),
]
WRITES = [call for call in CALLS if call[0] != "GET"]


@pytest.fixture
def run(digits, alice):
    return cast.make_run(digits, alice)


def call(api, method, path, body, run):
    return api.request(method, path.format(run=run.id), body)


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_without_a_token_401(method, path, body, run):
    answer = call(cast.Api(""), method, path, body, run)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path", "body"), [c for c in CALLS if c[0] != "PUT"])
def test_stranger_gets_404_equal_to_a_missing_object(method, path, body, run, charlie, secret):
    api = cast.api_of(charlie)
    foreign = call(api, method, path, body, run).json()
    path = path.replace("vision/digits", "vision/nowhere")
    missing = api.request(method, path.format(run=cast.uuid7()), body).json()
    assert foreign.pop("request_id") != missing.pop("request_id")
    assert foreign == missing
    assert foreign["status"] == 404
    assert str(run.id) not in json.dumps(foreign)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_reader_gets_403_before_the_body_is_looked_at(method, path, body, run, dana):
    answer = call(cast.api_of(dana), method, path, body, run)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_token_without_the_scope_gets_403(method, path, body, run, alice):
    scope = Scope.RUNS_WRITE if method == "GET" else Scope.READ
    answer = call(cast.api_of(alice, [scope]), method, path, body, run)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


@pytest.mark.parametrize(("method", "path", "body"), [c for c in WRITES if c[2]])
def test_an_editor_gets_as_far_as_the_body(method, path, body, run, bob):
    answer = call(cast.api_of(bob), method, path, body, run)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_token_bound_elsewhere_sees_nothing(method, path, body, run, alice, vision):
    elsewhere = cast.make_project(vision, "elsewhere", alice)
    if method == "PUT":
        body = {"project": "vision/digits"}
    answer = call(cast.api_of(alice, project=elsewhere), method, path, body, run)
    assert answer.status_code == 404


def test_revoked_expired_and_disabled_are_401(alice, digits):
    token, text = tokens.issue_token(user=alice, name="t", scopes=["read"], by=alice)
    assert cast.Api(text).get("/api/v1/me/").status_code == 200
    tokens.revoke_token(token=token, by=alice)
    assert cast.Api(text).get("/api/v1/me/").status_code == 401
    ended, text = tokens.issue_token(user=alice, name="t", scopes=["read"], by=alice)
    ApiToken.objects.filter(pk=ended.pk).update(expires_at=timezone.now())
    assert cast.Api(text).get("/api/v1/me/").status_code == 401
    text = cast.token_of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert cast.Api(text).get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize("word", ["Bearer", "bearer", "Token"])
def test_both_words_are_taken(alice, word):
    header = {"Authorization": f"{word} {cast.token_of(alice)}"}
    assert Client().get("/api/v1/me/", headers=header).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer é", "ahnb_1_2"])
def test_other_headers_are_401(header, db):
    answer = Client().get("/api/v1/me/", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_session_is_no_token(alice, digits):
    browser = cast.client_of(alice)
    assert browser.get("/api/v1/me/").status_code == 401
    made = browser.post("/api/v1/projects/", b"{}", "application/json")
    assert made.status_code == 401


def test_a_token_in_the_address_is_401(alice):
    text = cast.token_of(alice)
    assert Client().get(f"/api/v1/me/?token={text}").status_code == 401


def test_no_answer_lets_other_origins_in(alice, digits):
    answer = cast.api_of(alice).get("/api/v1/me/", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_method_that_no_right_names_is_closed_to_owners(rf, alice):
    class Forgotten(ApiView):
        def get(self, request):
            raise AssertionError("reached")

    request = rf.get("/", headers={"Authorization": f"Bearer {cast.token_of(alice)}"})
    assert Forgotten.as_view()(request).status_code == 403


def test_a_view_without_a_permission_is_closed(rf, alice):
    class Bare(APIView):
        def get(self, request):
            raise AssertionError("reached")

    assert Bare.as_view()(rf.get("/")).status_code == 401
    request = rf.get("/", headers={"Authorization": f"Bearer {cast.token_of(alice)}"})
    assert Bare.as_view()(request).status_code == 403


def test_every_call_of_the_api_names_its_rights():
    views = [view for view in api_views(get_resolver().url_patterns) if view is not None]
    assert len(views) >= 10
    for view in views:
        handlers = {name.upper() for name in view.http_method_names if hasattr(view, name)}
        assert handlers - {"HEAD"} == set(view.rights), view
        assert view.permission_classes == [HasToken], view


def api_views(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from api_views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if view is not None and issubclass(view, APIView):
                yield view
