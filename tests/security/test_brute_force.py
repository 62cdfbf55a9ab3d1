"""S12: brute force, stuffing and enumeration."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client

from ahnb_platform.accounts import people
from ahnb_platform.accounts.invitations import invite
from ahnb_platform.accounts.models import Role, Team, User
from tests import cast

PASSWORD = "correct horse battery"
LOGIN, RESET = "/account/login/", "/account/password/reset/"


class CountingHasher(MD5PasswordHasher):
    """A quick hash that counts how often somebody's password was worked on."""

    count = 0

    def encode(self, *args: Any, **kwargs: Any) -> str:
        CountingHasher.count += 1
        return str(super().encode(*args, **kwargs))

    def harden_runtime(self, *args: Any) -> None:
        """It has no rounds to make up for."""


@pytest.fixture(autouse=True)
def counting(db: None, settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def known(alice: User) -> User:
    return people.set_password(user=alice, password=PASSWORD, by=alice)


def attempt(password: str, email: str = "alice@example.org", ip: str = "192.0.2.1", **head: str):
    client = Client(REMOTE_ADDR=ip, headers=head)
    return client.post(LOGIN, {"login": email, "password": password})


def page_of(answer: Any) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'value="[^"]*@example.org"', "", text)


def test_ten_wrong_passwords_lock_the_account_with_an_honest_answer(known: User) -> None:
    statuses = [
        attempt(f"wrong {number}", ip=f"192.0.2.{number}").status_code for number in range(11)
    ]
    assert statuses == [200] * 10 + [429]
    locked = attempt(PASSWORD, ip="198.51.100.1")
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0


def test_the_right_password_works_again_after_the_window(known: User) -> None:
    for number in range(11):
        attempt(f"wrong {number}")
    cache.clear()  # what the end of the window does to the counts
    assert attempt(PASSWORD, ip="198.51.100.1").status_code == 302


def test_stuffing_from_one_address_is_stopped_across_accounts(db: None) -> None:
    addresses = [f"person{number}@example.org" for number in range(70)]
    statuses = [attempt("guess", address).status_code for address in addresses]
    assert statuses[:60] == [200] * 60
    assert set(statuses[60:]) == {429}
    assert attempt("guess", "another@example.org", ip="198.51.100.7").status_code == 200


FORGED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP")


@pytest.mark.parametrize("header", FORGED)
def test_no_header_of_the_client_wins_more_attempts(known: User, header: str) -> None:
    for number in range(10):
        attempt(
            "wrong", **{header: f"for=10.0.0.{number}" if header == "Forwarded" else "10.0.0.9"}
        )
    assert attempt(PASSWORD, **{header: "10.9.9.9"}).status_code == 429


def test_known_unknown_and_inactive_look_alike_and_cost_alike(known: User, bob: User) -> None:
    people.set_password(user=bob, password=PASSWORD, by=bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    pages, costs = set(), set()
    tries = [
        ("alice@example.org", "wrong"),
        ("nobody@example.org", "wrong"),
        ("bob@example.org", PASSWORD),
        ("bob@example.org", "wrong"),
    ]
    for email, password in tries:
        CountingHasher.count = 0
        answer = attempt(password, email)
        pages.add((answer.status_code, page_of(answer)))
        costs.add(CountingHasher.count)
    assert len(pages) == 1
    assert costs == {1}


def test_a_forgotten_password_tells_nothing_of_who_is_known(known: User, settings: Any) -> None:
    for host in ("", "mail.invalid"):
        settings.EMAIL_HOST = host
        answers = []
        for email in ("alice@example.org", "nobody@example.org"):
            CountingHasher.count = 0
            client = Client()
            answer = client.post(RESET, {"email": email}, follow=True)
            answers.append((answer.status_code, page_of(answer), CountingHasher.count))
        assert answers[0] == answers[1]


def test_an_invitation_tells_its_holder_nothing_of_who_is_known(
    known: User, other: Team, charlie: User
) -> None:
    chosen = {"new_password1": "staple paper clip", "new_password2": "staple paper clip"}
    told = []
    for email in (known.email, "nobody@example.org"):
        path = invite(team=other, email=email, role=Role.READER, by=charlie).path
        for form in ({"new_password1": "short"}, chosen, chosen, None):
            CountingHasher.count = 0
            client = Client()
            answer = client.post(path, form, follow=True) if form else client.get(path)
            page = page_of(answer).replace(path, "PATH").replace(quote(path, ""), "PATH")
            page = re.sub("<time.*?</time>", "", page.replace(email, "X"))
            told.append((answer.status_code, page, CountingHasher.count))
    assert told[:4] == told[4:]
    owners = cast.client_of(charlie).get("/teams/other/audit/").content.decode()
    assert "person.added" not in owners
    assert known.check_password(PASSWORD)


def test_forgotten_passwords_are_limited(known: User) -> None:
    statuses = [Client().post(RESET, {"email": known.email}).status_code for _ in range(7)]
    assert statuses == [302] * 5 + [429] * 2
