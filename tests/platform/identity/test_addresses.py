"""Changing one's own address, with a mail server and without."""

import re
import time
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import AuditEvent, Team, User
from ahnb_platform.identity.sso import connections
from tests import cast

PASSWORD = "correct horse battery"
PATH = "/account/address/"


@pytest.fixture
def sends(db: None, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def here(alice: User) -> Client:
    """Alice, who typed her password just now."""
    people.set_password(user=alice, password=PASSWORD, by=alice)
    client = cast.client_of(alice)
    client.post("/account/confirm/", {"password": PASSWORD})
    return client


def mailed(count: int) -> list[Any]:
    """The mails, once there are so many; they come from another thread."""
    end = time.monotonic() + 10
    while len(mail.outbox) < count and time.monotonic() < end:
        time.sleep(0.01)
    assert len(mail.outbox) == count
    return mail.outbox


def link_in(text: str) -> str:
    return re.search(r"https?://[^/\s]+(/account/address/\S+)", text)[1]


def test_the_new_address_is_taken_when_its_mailbox_was_reached(
    sends: None, here: Client, alice: User
) -> None:
    assert here.post(PATH, {"email": "Alice@New.example"}).status_code == 302
    sent = mailed(1)[0]
    assert sent.to == ["alice@new.example"]
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    path = link_in(sent.body)
    assert here.get(path).status_code == 200
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert here.post(path).status_code == 302
    alice.refresh_from_db()
    assert alice.email == "alice@new.example"
    assert mailed(2)[1].to == ["alice@example.org"]
    assert here.get(path).status_code == 404
    event = AuditEvent.objects.get(action="person.address-changed")
    assert event.data["after"] == {"email": "alice@new.example"}


def test_nobody_else_uses_the_link(sends: None, here: Client, bob: User) -> None:
    here.post(PATH, {"email": "alice@new.example"})
    path = link_in(mailed(1)[0].body)
    assert cast.client_of(bob).post(path).status_code == 404
    assert Client().post(path).status_code == 302
    assert here.post(path[:-3] + "xx/").status_code == 404
    assert not User.objects.filter(email="alice@new.example").exists()


def test_an_address_that_somebody_has_looks_alike_and_gets_no_mail(
    sends: None, here: Client, bob: User
) -> None:
    taken = here.post(PATH, {"email": bob.email})
    free = here.post(PATH, {"email": "alice@new.example"})
    assert taken.status_code == free.status_code == 302
    assert mailed(1)[0].to == ["alice@new.example"]


def test_without_a_mail_server_nothing_can_be_changed(here: Client, alice: User) -> None:
    assert "sends no mail" in here.get(PATH).content.decode()
    assert here.post(PATH, {"email": "alice@new.example"}).status_code == 200
    assert not AuditEvent.objects.filter(action="person.address-asked").exists()


def test_the_password_is_asked_for_first(sends: None, here: Client, alice: User) -> None:
    answer = cast.client_of(alice).post(PATH, {"email": "alice@new.example"})
    assert answer["Location"].startswith("/account/confirm/")
    assert mail.outbox == []


@pytest.mark.parametrize("domain", ["example.org", "new.example"])
def test_a_domain_that_a_provider_keeps_can_neither_be_left_nor_entered(
    sends: None, here: Client, other: Team, charlie: User, domain: str
) -> None:
    fields = {"kind": "oidc", "name": "E", "issuer": "https://id.example", "client_id": "ahnb"}
    connections.save_connection(team=other, by=charlie, secret="x", **fields)
    claim = connections.claim_domain(team=other, by=charlie, name=domain)
    connections.approve_domain(domain=claim, by=None)
    page = here.post(PATH, {"email": "alice@new.example"}).content.decode()
    assert "kept by its provider" in page
    assert mail.outbox == []


def test_asking_is_limited(sends: None, here: Client) -> None:
    statuses = [here.post(PATH, {"email": f"a{n}@new.example"}).status_code for n in range(6)]
    assert statuses == [302] * 5 + [429]
    mailed(5)
