"""Keys and passkeys in a real browser, with the virtual authenticator of its developer tools."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import AuditEvent, User

from .conftest import Visitor

PASSWORD = "correct horse battery"


@pytest.fixture
def known(transactional_db: None, alice: User) -> User:
    cache.clear()
    return people.set_password(user=alice, password=PASSWORD, by=alice)


@pytest.fixture
def here(visitor: Visitor) -> Callable[[], Page]:
    """A page of a fresh browser with a key; keys belong to a name, never to an address."""
    visitor.site.host = "localhost"

    def make() -> Page:
        page = visitor.page()
        tools = page.context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        return page

    yield make
    visitor.site.host = "127.0.0.1"


AUTHENTICATOR: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def log_in(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def add_key(page: Page, is_passkey: bool) -> None:
    page.goto("/account/factors/keys/add/")
    page.get_by_label("Name").fill("Blue stick")
    if is_passkey:
        page.get_by_label("A passkey").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def log_out(page: Page) -> None:
    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()


def test_a_key_is_the_second_step_after_the_password(known: User, here) -> None:
    page = here()
    log_in(page)
    add_key(page, is_passkey=False)
    log_out(page)
    log_in(page)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Use a key").click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    assert AuditEvent.objects.filter(action="factor.used", actor=known).exists()


def test_a_passkey_logs_in_by_itself_and_can_be_removed(known: User, here) -> None:
    page = here()
    log_in(page)
    add_key(page, is_passkey=True)
    log_out(page)
    page.goto("/account/login/?next=/tokens/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Tokens", exact=True)).to_be_visible()
    page.goto("/account/factors/")
    page.get_by_role("link", name="Remove Blue stick").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("link", name="Add a key")).to_be_visible()
    assert not Authenticator.objects.filter(user=known).exists()


def test_a_key_of_another_browser_is_refused(known: User, here) -> None:
    page = here()
    log_in(page)
    add_key(page, is_passkey=True)
    other = here()
    log_in(other)
    other.get_by_role("button", name="Use a key").click()
    expect(other.get_by_text("That did not work")).to_be_visible(timeout=70_000)
