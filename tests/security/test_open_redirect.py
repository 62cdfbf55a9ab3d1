"""S20: nothing that somebody puts into an address leads to another site."""

from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import User
from tests import cast

PASSWORD = "correct horse battery"
TARGETS = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "http:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "\t//evil.example",
    "%09//evil.example",
    "/%09/evil.example",
    " //evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://testserver@evil.example",
    "//testserver@evil.example/",
    "http://testserver.evil.example",
    "http://testserver:81/",
    "http://[::1]/",
    "//evil%E3%80%82example",
    "\x00//evil.example",
]


@pytest.fixture(autouse=True)
def quick_hashing(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def known(alice: User) -> User:
    return people.set_password(user=alice, password=PASSWORD, by=alice)


def stays_here(location: str) -> bool:
    """As a browser reads it: controls and backslashes do not hide a host."""
    plain = "".join(sign for sign in location if sign > " ").replace("\\", "/")
    return plain.startswith("/") and not plain.startswith("//")


def test_there_are_twenty_five_targets() -> None:
    assert len(set(TARGETS)) == 25


@pytest.mark.parametrize("target", TARGETS)
def test_logging_in_leads_nowhere_else(known: User, target: str) -> None:
    form = {"login": known.email, "password": PASSWORD, "next": target}
    answer = Client().post("/account/login/", form)
    assert answer.status_code == 302
    assert stays_here(answer["Location"])


@pytest.mark.parametrize("target", TARGETS)
def test_no_door_leads_somebody_who_is_logged_in_elsewhere(known: User, target: str) -> None:
    client = cast.client_of(known)
    query = quote(target, safe="")
    asked = [
        client.get(f"/account/login/?next={query}"),
        client.post(f"/account/confirm/?next={query}", {"password": PASSWORD, "next": target}),
        client.get(f"/account/login/key/?next={query}"),
        client.post("/account/logout/", {"next": target}),
    ]
    for answer in asked:
        assert answer.status_code == 302
        assert stays_here(answer["Location"])


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_page_that_somebody_came_from_is_never_a_link(known: User, target: str) -> None:
    client = cast.client_of(known)
    for path in ("/projects/no/thing/", "/teams/nothing/", "/account/"):
        page = client.get(path, headers={"Referer": target})
        assert target not in page.content.decode()


@pytest.mark.parametrize("target", TARGETS[:6])
def test_htmx_is_never_sent_elsewhere(known: User, target: str) -> None:
    answer = cast.client_of(known).get(
        f"/?next={quote(target, safe='')}",
        headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/"},
    )
    assert "HX-Redirect" not in answer.headers
    assert "evil.example" not in str(answer.headers)
