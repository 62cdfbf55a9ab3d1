"""Passwords: changed, chosen after a link, forgotten."""

import re
import time

import pytest
from django.core import mail
from django.test import Client

from ahnb_platform.accounts import links
from ahnb_platform.accounts.models import AuditEvent, LoginLink, User
from tests import cast

from .entering import PASSWORD, log_in, page_text


def change(client: Client, old: str = PASSWORD, new: str = "battery horse correct"):
    return client.post(
        "/account/password/change/", {"oldpassword": old, "password1": new, "password2": new}
    )


def test_a_changed_password_ends_other_sessions_only(known: User, anonymous: Client) -> None:
    elsewhere = Client()
    log_in(anonymous)
    log_in(elsewhere)
    assert change(anonymous).status_code == 302
    assert anonymous.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert AuditEvent.objects.filter(action="account.password-set", actor=known).count() == 2


def test_the_old_password_is_wanted(known: User, anonymous: Client) -> None:
    log_in(anonymous)
    assert change(anonymous, old="wrong").status_code == 200
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short", "password1234", "alice@example.org"])
def test_weak_passwords_are_refused(known: User, anonymous: Client, weak: str) -> None:
    log_in(anonymous)
    assert change(anonymous, new=weak).status_code == 200
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


def choose(client: Client, password: str = "battery horse correct"):
    return client.post(
        "/account/password/set/", {"new_password1": password, "new_password2": password}
    )


def test_after_a_link_a_password_is_chosen_without_the_old_one(known: User) -> None:
    elsewhere, client = Client(), Client()
    log_in(elsewhere)
    client.post(links.make_login_link(user=known))
    assert choose(client)["Location"] == "/"
    assert elsewhere.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200
    known.refresh_from_db()
    assert known.check_password("battery horse correct")


def test_it_is_chosen_once(known: User, anonymous: Client) -> None:
    anonymous.post(links.make_login_link(user=known))
    choose(anonymous)
    again = choose(anonymous, "another horse entirely")
    assert again["Location"] == "/account/password/change/"
    known.refresh_from_db()
    assert known.check_password("battery horse correct")


def test_who_came_by_password_must_know_it(known: User, anonymous: Client) -> None:
    log_in(anonymous)
    assert choose(anonymous)["Location"] == "/account/password/change/"


def test_who_has_none_may_choose_one(alice: User) -> None:
    client = cast.client_of(alice)
    assert client.get("/account/password/change/")["Location"] == "/account/password/set/"
    assert choose(client)["Location"] == "/"


def test_a_weak_choice_is_refused_at_the_first_field(alice: User) -> None:
    answer = choose(cast.client_of(alice), "short")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "too short" in shown.partition('id="id_new_password1_error"')[2].partition("</div>")[0]
    assert 'id="id_new_password2_error"' not in shown
    alice.refresh_from_db()
    assert not alice.has_usable_password()


def forget(client: Client, email: str):
    return client.post("/account/password/reset/", {"email": email}, follow=True)


def test_a_forgotten_password_is_answered_alike_for_all(known: User) -> None:
    answers = [forget(Client(), email) for email in ("alice@example.org", "nobody@example.org")]
    assert page_text(answers[0]) == page_text(answers[1])
    assert "This server sends no mail." in page_text(answers[0])
    assert "An owner of your team, or an administrator" in page_text(answers[0])
    assert not LoginLink.objects.exists()
    assert not mail.outbox


def test_without_a_mail_server_nobody_is_asked_for_an_address(anonymous: Client) -> None:
    shown = anonymous.get("/account/password/reset/").content.decode()
    assert "This server sends no mail." in shown
    assert 'name="email"' not in shown


def test_with_a_mail_server_an_address_is_asked_for(anonymous: Client, settings) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    shown = anonymous.get("/account/password/reset/").content.decode()
    assert 'name="email"' in shown
    assert "sends no mail" not in shown


@pytest.mark.django_db(transaction=True)
def test_with_a_mail_server_the_link_is_sent(known: User, settings) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    settings.PUBLIC_URL = "https://ahnb.example.org"
    before = forget(Client(), "nobody@example.org")
    answer = forget(Client(), "Alice@Example.org")
    assert page_text(answer) == page_text(before)
    assert "If this server knows the address" in page_text(answer)
    deadline = time.monotonic() + 10
    while not mail.outbox and time.monotonic() < deadline:
        time.sleep(0.02)
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.org"]
    path = re.search(r"https://ahnb\.example\.org(/account/link/\S+)", sent.body)
    assert path is not None
    assert Client().post(path[1])["Location"] == "/account/password/set/"


def test_asking_for_links_is_limited(known: User, anonymous: Client) -> None:
    statuses = [forget(anonymous, "alice@example.org").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_the_limits_are_counted_in_the_database(known: User, anonymous: Client) -> None:
    from ahnb_platform.accounts.models import CacheRow

    log_in(anonymous, password="wrong")
    assert CacheRow.objects.exists()
