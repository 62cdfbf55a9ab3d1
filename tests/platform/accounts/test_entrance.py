"""Logging in and out, and how often it may be tried."""

import pytest
from django.test import Client

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import AuditEvent, User
from tests import cast

from .entering import PASSWORD, log_in, page_text


def test_the_right_password_logs_in_and_is_recorded(known: User, anonymous: Client) -> None:
    answer = log_in(anonymous, " Alice@Example.org")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert anonymous.get("/account/").status_code == 200
    assert AuditEvent.objects.filter(action="account.login", actor=known).exists()


def test_the_session_key_changes_at_login(known: User, anonymous: Client) -> None:
    anonymous.get("/account/login/")
    anonymous.session["x"] = 1
    before = anonymous.session.session_key
    log_in(anonymous)
    assert anonymous.session.session_key != before


def test_the_session_lasts_as_long_as_the_settings_say(
    known: User, anonymous: Client, settings
) -> None:
    log_in(anonymous)
    assert anonymous.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


def test_wrong_password_unknown_address_and_inactive_person_look_alike(
    known: User, bob: User
) -> None:
    people.set_password(user=bob, password=PASSWORD, by=bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    answers = [
        log_in(Client(), "alice@example.org", "wrong"),
        log_in(Client(), "nobody@example.org", "wrong"),
        log_in(Client(), "bob@example.org", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({page_text(answer) for answer in answers}) == 1
    assert "do not go together" in page_text(answers[0])


def test_a_wrong_password_is_recorded_without_it(known: User, anonymous: Client) -> None:
    log_in(anonymous, password="wrong password 17")
    event = AuditEvent.objects.get(action="account.login-failed")
    assert event.data == {"email": "alice@example.org"}
    assert event.actor is None
    assert event.actor_label == "anonymous"
    assert event.ip == "127.0.0.1"
    assert event.request_id


def test_a_former_address_does_not_log_in(known: User, anonymous: Client) -> None:
    log_in(Client())
    known.email = "alice@new.example.org"
    known.save()
    log_in(anonymous)
    assert "_auth_user_id" not in anonymous.session
    assert log_in(anonymous, "alice@new.example.org").status_code == 302


def test_ten_wrong_passwords_close_the_door_for_a_while(known: User, anonymous: Client) -> None:
    for _ in range(10):
        assert log_in(anonymous, password="wrong").status_code == 200
    answer = log_in(anonymous)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "_auth_user_id" not in anonymous.session


def test_an_unknown_address_is_limited_alike(known: User, anonymous: Client) -> None:
    statuses = [log_in(anonymous, "nobody@example.org", "wrong").status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


def test_a_forged_forwarding_header_does_not_help(known: User) -> None:
    for number in range(10):
        client = Client(headers={"X-Forwarded-For": f"10.0.0.{number}"})
        log_in(client, password="wrong")
    answer = log_in(Client(headers={"X-Forwarded-For": "10.0.1.1"}))
    assert answer.status_code == 429


def test_right_passwords_are_not_counted(known: User) -> None:
    for _ in range(12):
        assert log_in(Client()).status_code == 302


def test_an_address_of_the_network_is_limited_too(known: User, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    for _ in range(3):
        assert log_in(Client(), password="wrong").status_code == 200
    answer = log_in(Client())
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


NEXT = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "\t//evil.example",
    "%09//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://testserver@evil.example",
    "http://testserver.evil.example",
    "http://testserver:81/",
    "http://localhost:9999/",
    "http://127.0.0.1/",
    "ftp://testserver/",
    "//testserver@evil.example/",
    "/\t/evil.example",
    "/\n/evil.example",
    "http://[::1]/",
    "//evil%E3%80%82example",
    "\x00//evil.example",
]


@pytest.mark.parametrize("target", NEXT)
def test_next_never_leaves_the_origin(known: User, anonymous: Client, target: str) -> None:
    answer = log_in(anonymous, next=target)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_next_leads_back_to_the_page_that_asked(known: User, anonymous: Client) -> None:
    asked = anonymous.get("/tokens/")
    assert (asked.status_code, asked["Location"]) == (302, "/account/login/?next=/tokens/")
    assert log_in(anonymous, next="/tokens/")["Location"] == "/tokens/"


def test_next_is_ignored_when_already_logged_in(alice: User) -> None:
    client = cast.client_of(alice)
    assert client.get("/account/login/?next=https://evil.example")["Location"] == "/"
    assert client.get("/account/login/?next=/teams/")["Location"] == "/teams/"


def test_logging_out_ends_the_session_and_is_recorded(alice: User) -> None:
    client = cast.client_of(alice)
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    assert client.post("/account/logout/").status_code == 302
    assert stolen.get("/account/").status_code == 302
    assert AuditEvent.objects.filter(action="account.logout", actor=alice).exists()


def test_a_get_does_not_log_out(alice: User) -> None:
    client = cast.client_of(alice)
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("next_page", ["https://evil.example", "//evil.example"])
def test_next_after_logging_out_stays_here(alice: User, next_page: str) -> None:
    answer = cast.client_of(alice).post("/account/logout/", {"next": next_page})
    assert answer["Location"] == "/account/login/"


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/logout/", "/account/password/reset/"]
)
def test_the_entrance_wants_the_csrf_token(known: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path, {"login": known.email, "password": PASSWORD, "email": known.email})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/account/signup/", "/account/email/", "/account/inactive/"])
def test_what_allauth_also_has_does_not_exist(alice: User, path: str) -> None:
    assert cast.client_of(alice).get(path).status_code == 404
