"""Second factors by real codes; keys are tested in a real browser, in tests/browser."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from ahnb_platform.accounts import links, people
from ahnb_platform.accounts.models import AuditEvent, Team, User
from ahnb_platform.identity import vault
from ahnb_platform.identity.factors.services import set_policy
from ahnb_platform.identity.models import Session
from tests import cast
from tests.cast import is_in

from .clock import NOW, code_of, wrong_code

PASSWORD = "correct horse battery"
SECOND = "/account/login/factor/"


@pytest.fixture
def known(alice: User) -> User:
    cache.clear()
    return people.set_password(user=alice, password=PASSWORD, by=alice)


def log_in(client: Client, **more: str):
    form = {"login": "alice@example.org", "password": PASSWORD, **more}
    return client.post("/account/login/", form)


def confirmed(user: User) -> Client:
    """A browser in which the person has just typed the password once more."""
    client = cast.client_of(user)
    assert client.post("/account/confirm/", {"password": PASSWORD}).status_code == 302
    return client


def set_up_app(user: User) -> tuple[Client, str]:
    """The browser, and the secret that the page showed."""
    client = confirmed(user)
    secret = secret_on(client.get("/account/factors/app/add/"))
    answer = client.post("/account/factors/app/add/", {"code": code_of(secret)})
    assert answer["Location"] == "/account/factors/codes/"
    cache.clear()  # the code just used may serve again in this test
    return client, secret


def secret_on(page: Any) -> str:
    return re.search(r"<code>([A-Z2-7]{32})</code>", page.content.decode())[1]


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"\b\d{8}\b", client.get("/account/factors/codes/").content.decode())


def test_the_password_alone_no_longer_logs_in(known: User) -> None:
    _, secret = set_up_app(known)
    client = Client()
    assert log_in(client, next="/teams/")["Location"] == SECOND
    assert not is_in(client)
    answer = client.post(SECOND, {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/teams/")
    assert is_in(client)
    kinds = [event.data["kind"] for event in AuditEvent.objects.filter(action="factor.added")]
    assert sorted(kinds) == ["recovery_codes", "totp"]
    assert AuditEvent.objects.get(action="factor.used").actor == known


def test_the_key_of_the_session_changes_after_the_second_factor(known: User) -> None:
    _, secret = set_up_app(known)
    client = Client()
    log_in(client)
    before = client.session.session_key
    client.post(SECOND, {"code": code_of(secret)})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_wrong_code_is_refused_and_recorded_without_it(known: User) -> None:
    _, secret = set_up_app(known)
    client = Client()
    log_in(client)
    assert client.post(SECOND, {"code": wrong_code(secret)}).status_code == 200
    assert not is_in(client)
    event = AuditEvent.objects.get(action="factor.failed")
    assert (event.actor, event.data) == (None, {"kind": "totp"})


def test_a_code_logs_in_once(known: User) -> None:
    _, secret = set_up_app(known)
    code = code_of(secret)
    first, second = Client(), Client()
    for client in (first, second):
        log_in(client)
        client.post(SECOND, {"code": code})
    assert [is_in(first), is_in(second)] == [True, False]


def test_a_code_of_a_minute_ago_is_refused(known: User) -> None:
    _, secret = set_up_app(known)
    client = Client()
    log_in(client)
    client.post(SECOND, {"code": code_of(secret, NOW - 60)})
    assert not is_in(client)


def test_ten_wrong_codes_close_the_door_for_every_browser(known: User) -> None:
    _, secret = set_up_app(known)
    client = Client()
    log_in(client)
    wrong = wrong_code(secret)
    assert {client.post(SECOND, {"code": wrong}).status_code for _ in range(10)} == {200}
    other = Client()
    log_in(other)
    answer = other.post(SECOND, {"code": code_of(secret)})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert not is_in(other)


def test_recovery_codes_are_shown_once_and_each_works_once(known: User) -> None:
    client, _ = set_up_app(known)
    codes = recovery_codes(client)
    assert len(set(codes)) == 10
    assert recovery_codes(client) == []
    first, second = Client(), Client()
    for browser in (first, second):
        log_in(browser)
        browser.post(SECOND, {"code": codes[3]})
    assert [is_in(first), is_in(second)] == [True, False]


def test_secrets_lie_encrypted_in_the_database(known: User) -> None:
    _, secret = set_up_app(known)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert vault.unlock(kept) == secret


def test_another_secret_key_does_not_open_the_vault(settings) -> None:
    locked = vault.lock("a secret")
    former, settings.SECRET_KEY = settings.SECRET_KEY, "x" * 60
    with pytest.raises(vault.Unreadable):
        vault.unlock(locked)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert vault.unlock(locked) == "a secret"


def test_changing_factors_asks_for_the_password_once_more(known: User) -> None:
    set_up_app(known)
    client = cast.client_of(known)
    for path in ("/account/factors/app/remove/", "/account/factors/codes/new/"):
        assert client.post(path)["Location"].startswith("/account/confirm/?next=")
    assert Authenticator.objects.filter(user=known, type="totp").exists()
    assert client.post("/account/confirm/", {"password": "wrong"}).status_code == 200
    assert client.post("/account/factors/app/remove/").status_code == 302
    assert Authenticator.objects.filter(user=known, type="totp").exists()


ADD_APP = "/account/factors/app/add/"


def test_who_has_just_logged_in_is_not_asked_once_more(known: User) -> None:
    client = Client()
    log_in(client)
    assert client.get(ADD_APP).status_code == 200
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= 301
    session.save()
    assert client.get(ADD_APP)["Location"].startswith("/account/confirm/?next=")


def test_who_came_by_a_link_is_asked_for_the_password(known: User) -> None:
    client = Client()
    client.post(links.make_login_link(user=known))
    assert client.get(ADD_APP)["Location"].startswith("/account/confirm/?next=")


def test_a_page_that_is_loaded_again_shows_the_secret_that_was_scanned(known: User) -> None:
    client = Client()
    log_in(client)
    secrets = [secret_on(client.get(ADD_APP)) for _ in range(2)]
    assert secrets[0] == secrets[1] == secret_on(client.post(ADD_APP, {"code": "x"}))
    session = client.session
    session["totp_secret_since"] -= 601
    session.save()
    assert secret_on(client.get(ADD_APP)) != secrets[0]


def test_removing_the_app_takes_its_codes_along(known: User) -> None:
    client, _ = set_up_app(known)
    assert client.post("/account/factors/app/remove/").status_code == 302
    assert not Authenticator.objects.filter(user=known).exists()
    assert log_in(Client())["Location"] == "/"
    assert AuditEvent.objects.filter(action="factor.removed").exists()


def test_a_one_time_link_does_not_go_round_the_second_factor(known: User) -> None:
    _, secret = set_up_app(known)
    client = Client()
    answer = client.post(links.make_login_link(user=known))
    assert answer["Location"] == SECOND
    assert not is_in(client)
    answer = client.post(SECOND, {"code": code_of(secret)})
    assert answer["Location"] == "/account/password/set/"
    assert client.get("/account/password/set/").status_code == 200


def test_the_operator_can_forget_lost_factors(known: User) -> None:
    client, _ = set_up_app(known)
    call_command("forgetfactors", known.email)
    assert not is_in(client)
    assert log_in(Client())["Location"] == "/"
    assert AuditEvent.objects.get(action="factor.all-forgotten").data == {"count": 2}


def test_leaving_the_second_step_begins_again(known: User) -> None:
    set_up_app(known)
    client = Client()
    log_in(client)
    assert client.get("/account/login/")["Location"] == SECOND
    client.post("/account/logout/")
    assert client.get("/account/login/").status_code == 200


def test_a_team_that_asks_for_a_factor_shows_nothing_without_one(
    known: User, vision: Team, bob: User, charlie: User
) -> None:
    set_policy(team=vision, by=known, requires_second_factor=True)
    client = cast.client_of(bob)
    for path in ("/", "/teams/vision/", "/tokens/", "/projects/vision/digits/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/account/factors/")
    assert "asks for" in client.get("/account/factors/").content.decode()
    assert cast.client_of(charlie).get("/").status_code == 200
    member, _ = set_up_app(known)
    assert member.get("/teams/vision/").status_code == 200


def test_the_server_can_ask_everybody_for_a_factor(known: User, charlie: User, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert cast.client_of(charlie).get("/")["Location"] == "/account/factors/"
    client, _ = set_up_app(known)
    assert client.get("/").status_code == 200


def test_only_an_owner_sets_the_policy_of_a_team(vision: Team, alice: User, bob: User) -> None:
    form = {"requires_second_factor": "on"}
    path = "/teams/vision/entrance/"
    assert cast.client_of(bob).post(path, form).status_code == 403
    assert cast.client_of(alice).post(path, form).status_code == 302
    event = AuditEvent.objects.get(action="team.policy-changed")
    assert (event.team, event.data) == (vision, {"requires_second_factor": True})


def test_another_secret_key_is_told_and_not_a_fault(known: User, settings: Any) -> None:
    _, secret = set_up_app(known)
    settings.SECRET_KEY = "another key of the server, as after a restore without the former one"
    client = Client()
    log_in(client)
    answer = client.post(SECOND, {"code": code_of(secret)})
    assert answer.status_code == 409
    assert "another secret key" in answer.content.decode()
    assert not is_in(client)
