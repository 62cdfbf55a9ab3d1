"""Logging out of this server, and on to the provider that offers it."""

import html
import re
from typing import Any

import pytest
import requests
from django.test import Client

from ahnb_platform.accounts.models import User
from ahnb_platform.identity.models import Connection
from tests import cast
from tests.cast import is_in

from .test_oidc import log_in

LOGOUT = "/account/logout/"


def way_out(answer: Any) -> str | None:
    found = re.search(r'href="(http[^"]+)"', answer.content.decode())
    return html.unescape(found[1]) if found else None


def test_who_came_by_a_provider_is_led_to_log_out_there_as_well(
    connection: Connection, provider: Any
) -> None:
    client = Client()
    provider.says(email="eve@example.com", sub="u-77")
    log_in(client, connection)
    answer = client.post(LOGOUT)
    assert not is_in(client)
    way = way_out(answer)
    assert way is not None
    assert way.startswith(f"{provider.issuer}/end?id_token_hint=")
    back = requests.get(way, allow_redirects=False, timeout=10)
    assert (back.status_code, back.headers["Location"]) == (302, "http://testserver/account/login/")
    assert requests.get(f"{provider.issuer}/ended", timeout=10).json()["who"] == ["u-77"]
    assert client.get(LOGOUT).status_code == 302


@pytest.mark.parametrize(
    "more", [{}, {"end_session_endpoint": "http://10.0.0.1/end"}, {"end_session_endpoint": 7}]
)
def test_a_provider_that_cannot_log_out_is_left_in_peace(
    connection: Connection, provider: Any, more: dict[str, Any]
) -> None:
    provider.behaves(more=more)
    client = Client()
    log_in(client, connection)
    assert is_in(client)
    assert client.post(LOGOUT).status_code == 302
    assert not is_in(client)


def test_who_came_by_a_password_is_offered_nothing(connection: Connection, alice: User) -> None:
    client = cast.client_of(alice)
    assert client.post(LOGOUT).status_code == 302
    assert not is_in(client)


def test_the_token_lies_encrypted_in_the_session(connection: Connection, provider: Any) -> None:
    client = Client()
    log_in(client, connection)
    assert client.session["sso_way_out"]
    assert "/end" not in str(dict(client.session))


def test_an_owner_sees_where_the_provider_leads_back(connection: Connection, alice: User) -> None:
    page = cast.client_of(alice).get("/teams/vision/entrance/").content.decode()
    assert "Redirect address after logging out" in page
    assert "http://testserver/account/login/" in page
