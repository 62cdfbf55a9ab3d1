"""The way to a provider and back in a real browser: the pages' policy lets it pass."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import Team, User
from ahnb_platform.identity.models import Connection

from ..platform.identity.sso.conftest import approved, connection, provider, provider_process
from .conftest import Visitor

__all__ = ["approved", "connection", "provider", "provider_process"]


@pytest.fixture
def page(visitor: Visitor, vision: Team, connection: Connection, provider: Any) -> Page:
    yield visitor.page()
    # The one other host that it may ask for is the provider.
    visitor.faults[:] = [fault for fault in visitor.faults if provider.issuer not in fault]


def test_an_address_of_the_domain_leads_over_the_provider_into_the_team(page: Page) -> None:
    page.goto("/teams/vision/")
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_label("E-mail").fill("eve@example.com")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="vision")).to_be_visible()
    assert urlsplit(page.url).path == "/teams/vision/"
    assert User.objects.filter(email="eve@example.com").exists()


def test_another_address_is_asked_for_its_password(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill("charlie@example.org")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("charlie@example.org")
