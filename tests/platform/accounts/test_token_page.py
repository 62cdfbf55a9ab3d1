"""The page of tokens, and the profile."""

import re

import pytest
from django.test import Client

from ahnb_platform.accounts.models import ApiToken, AuditEvent, User
from ahnb_platform.accounts.tokens import verify_token
from projects.models import Project
from tests import cast

TOKEN = re.compile(r"ahnb_[0-9a-f]{10}_[0-9a-f]{64}")


def make(client: Client, **fields):
    return client.post("/tokens/", {"name": "laptop", "scopes": ["read"], **fields})


def test_a_token_is_shown_once(alice: User) -> None:
    client = cast.client_of(alice)
    answer = make(client)
    text = TOKEN.search(answer.content.decode())
    assert text is not None
    assert "no-store" in answer["Cache-Control"]
    token = verify_token(text[0])
    assert token is not None
    assert (token.user, token.scopes, token.expires_at) == (alice, ["read"], None)
    assert TOKEN.search(client.get("/tokens/").content.decode()) is None


def test_a_token_may_be_narrow(digits: Project, dana: User) -> None:
    make(cast.client_of(dana), project=str(digits.pk), days="30", scopes=["read", "runs:write"])
    token = ApiToken.objects.get()
    assert token.project == digits
    assert token.expires_at is not None
    assert (token.expires_at - token.created_at).days in (29, 30)


def test_only_ones_own_projects_are_offered(digits: Project, secret: Project, dana: User) -> None:
    client = cast.client_of(dana)
    text = client.get("/tokens/").content.decode()
    assert "vision/digits" in text
    assert "other/secret" not in text
    assert make(client, project=str(secret.pk)).status_code == 200
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"days": "0"},
        {"days": "9999999999"},
        {"project": "x"},
    ],
)
def test_bad_wishes_make_no_token(alice: User, fields: dict) -> None:
    answer = make(cast.client_of(alice), **fields)
    assert answer.status_code == 200
    assert "form-error" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_the_form_sets_nothing_that_it_does_not_show(alice: User, bob: User) -> None:
    make(cast.client_of(alice), user=str(bob.pk), prefix="x", last_used_at="2020-01-01")
    token = ApiToken.objects.get()
    assert token.user == alice
    assert token.last_used_at is None


def test_one_revokes_ones_own(alice: User) -> None:
    text = cast.token_of(alice)
    token = ApiToken.objects.get()
    client = cast.client_of(alice)
    answer = client.post(f"/tokens/{token.pk}/revoke/", follow=True)
    assert "revoked" in answer.content.decode()
    assert verify_token(text) is None
    assert AuditEvent.objects.filter(action="token.revoked", actor=alice).exists()


def test_anothers_token_is_like_one_that_does_not_exist(alice: User, charlie: User) -> None:
    text = cast.token_of(alice)
    token = ApiToken.objects.get()
    client = cast.client_of(charlie)
    there = client.post(f"/tokens/{token.pk}/revoke/")
    nowhere = client.post("/tokens/999999999/revoke/")
    assert there.status_code == nowhere.status_code == 404
    assert verify_token(text) is not None


def test_tokens_of_others_are_not_listed(alice: User, charlie: User) -> None:
    cast.token_of(alice)
    prefix = ApiToken.objects.get().prefix
    assert prefix not in cast.client_of(charlie).get("/tokens/").content.decode()


@pytest.mark.parametrize("path", ["/tokens/", "/tokens/1/revoke/", "/account/"])
def test_who_is_not_logged_in_is_sent_to_the_door(db: None, anonymous: Client, path: str) -> None:
    for answer in (anonymous.get(path), anonymous.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/?next=")


def test_the_number_of_queries_does_not_grow(
    digits: Project, alice: User, django_assert_max_num_queries
) -> None:
    for _ in range(10):
        cast.token_of(alice, project=digits)
    client = cast.client_of(alice)
    with django_assert_max_num_queries(5):
        client.get("/tokens/")


def test_the_profile_keeps_name_and_time_zone(alice: User) -> None:
    client = cast.client_of(alice)
    data = {"name": "Alice B.", "time_zone": "Europe/Berlin"}
    assert client.post("/account/", data)["Location"] == "/account/"
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone) == ("Alice B.", "Europe/Berlin")
    assert AuditEvent.objects.filter(action="person.changed", actor=alice).exists()


def test_the_profile_changes_nothing_else(alice: User) -> None:
    data = {
        "name": "A",
        "time_zone": "",
        "email": "evil@example.org",
        "is_superuser": "on",
        "is_staff": "on",
    }
    cast.client_of(alice).post("/account/", data)
    alice.refresh_from_db()
    assert (alice.email, alice.is_superuser, alice.is_staff) == ("alice@example.org", False, False)


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc/passwd", "x" * 100])
def test_an_unknown_zone_is_refused(alice: User, zone: str) -> None:
    answer = cast.client_of(alice).post("/account/", {"name": "A", "time_zone": zone})
    assert answer.status_code == 200
    alice.refresh_from_db()
    assert alice.time_zone == ""


@pytest.mark.parametrize(("days", "is_marked"), [(13, True), (15, False)])
def test_a_token_that_ends_within_two_weeks_is_marked(alice: User, days: int, is_marked) -> None:
    client = cast.client_of(alice)
    client.post("/tokens/", {"name": "laptop", "scopes": "read", "days": str(days)})
    assert ('badge-warning">soon' in client.get("/tokens/").content.decode()) == is_marked
