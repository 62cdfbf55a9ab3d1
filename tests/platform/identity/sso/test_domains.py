"""Which door an address goes through, and when passwords open nothing."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ahnb_platform.accounts import links, people
from ahnb_platform.accounts.models import AuditEvent, Team, User
from ahnb_platform.errors import NotAllowed
from ahnb_platform.identity.models import Connection, Domain
from ahnb_platform.identity.sso import connections
from tests import cast

PASSWORD = "correct horse battery"
LOGIN = "/account/login/"


@pytest.fixture
def eve(connection: Connection) -> User:
    """Of the captured domain, with a password from before."""
    eve, _ = people.take_in(team=connection.team, email="eve@example.com", role=1, by=None)
    return people.set_password(user=eve, password=PASSWORD, by=eve)


def try_password(email: str = "eve@example.com", password: str = PASSWORD) -> Any:
    return Client().post(LOGIN, {"login": email, "password": password})


def test_without_a_provider_address_and_password_are_asked_for_at_once(db: None) -> None:
    page = Client().get(LOGIN).content.decode()
    assert 'name="password"' in page


def test_with_a_provider_the_address_comes_first(connection: Connection, charlie: User) -> None:
    assert 'name="password"' not in Client().get(LOGIN).content.decode()
    people.set_password(user=charlie, password=PASSWORD, by=charlie)
    client = Client()
    page = client.post(LOGIN, {"login": charlie.email, "next": "/teams/"}).content.decode()
    assert 'name="password"' in page
    assert f'value="{charlie.email}"' in page
    answer = client.post(LOGIN, {"login": charlie.email, "password": PASSWORD, "next": "/teams/"})
    assert answer["Location"] == "/teams/"


def test_a_captured_address_is_led_to_its_provider(connection: Connection) -> None:
    for email in ("eve@example.com", "nobody@example.com", " Eve@EXAMPLE.com"):
        page = Client().post(LOGIN, {"login": email, "next": "/teams/"}).content.decode()
        assert f"/account/sso/{connection.pk}/start/?next=%2Fteams%2F" in page
        assert "Example" in page


def test_known_and_unknown_addresses_of_a_domain_look_alike(
    connection: Connection, eve: User
) -> None:
    pages = [
        Client().post(LOGIN, {"login": email}).content.decode().replace(email, "X")
        for email in ("eve@example.com", "nob@example.com")
    ]
    assert len({page.split("csrfmiddlewaretoken")[0] for page in pages}) == 1


def test_passwords_go_on_working_until_they_are_switched_off(eve: User) -> None:
    assert try_password()["Location"] == "/"
    Connection.objects.update(local_login=False)
    answer = try_password()
    assert answer.status_code == 200
    assert "through their provider" in answer.content.decode()
    wrong = try_password(password="wrong").content.decode()
    assert "through their provider" in wrong
    assert "through their provider" in try_password("nobody@example.com").content.decode()


def test_links_of_owners_open_nothing_where_passwords_do_not(
    connection: Connection, eve: User, alice: User
) -> None:
    path = links.make_member_link(team=connection.team, user=eve, by=alice)
    Connection.objects.update(local_login=False)
    assert Client().post(path).status_code == 404
    with pytest.raises(NotAllowed, match="provider"):
        links.make_member_link(team=connection.team, user=eve, by=alice)


def test_the_operator_has_a_way_in_where_nobody_has_a_password(eve: User, settings: Any) -> None:
    settings.LOCAL_LOGIN = False
    assert try_password().status_code == 200
    assert "_auth_user_id" not in try_password().wsgi_request.session
    client = Client()
    assert client.post(links.make_login_link(user=eve, asks_password=False)).status_code == 302
    assert client.get("/account/").status_code == 200


def test_without_local_login_no_password_is_asked_for(
    connection: Connection, settings: Any
) -> None:
    settings.LOCAL_LOGIN = False
    page = Client().post(LOGIN, {"login": "charlie@example.org"}).content.decode()
    assert 'name="password"' not in page
    assert "through their provider" in page
    assert "passkey" not in page


def test_the_operator_approves_by_command(vision: Team, alice: User) -> None:
    fields = {"kind": "oidc", "name": "E", "issuer": "https://id.example", "client_id": "ahnb"}
    connections.save_connection(team=vision, by=alice, secret="x", **fields)
    with pytest.raises(CommandError, match="has not claimed"):
        call_command("approvedomain", "vision", "example.com")
    connections.claim_domain(team=vision, by=alice, name="Example.com")
    call_command("approvedomain", "vision", "example.com")
    assert Domain.objects.get().approved_at is not None
    event = AuditEvent.objects.get(action="sso.domain-approved")
    assert event.data == {"provider": "https://id.example"}


def test_a_domain_belongs_to_one_connection(
    connection: Connection, other: Team, charlie: User
) -> None:
    fields = {"kind": "oidc", "name": "E", "issuer": "https://id.example", "client_id": "ahnb"}
    connections.save_connection(team=other, by=charlie, secret="x", **fields)
    connections.claim_domain(team=other, by=charlie, name="example.com")
    with pytest.raises(CommandError, match="belongs to another team"):
        call_command("approvedomain", "other", "example.com")


def test_a_superuser_approves_in_the_admin_site_and_an_owner_cannot(
    vision: Team, alice: User, charlie: User
) -> None:
    fields = {"kind": "oidc", "name": "E", "issuer": "https://id.example", "client_id": "ahnb"}
    connections.save_connection(team=vision, by=alice, secret="x", **fields)
    domain = connections.claim_domain(team=vision, by=alice, name="example.com")
    form = {"action": "approve", "_selected_action": [domain.pk]}
    assert cast.client_of(alice).post("/admin/identity/domain/", form).status_code == 302
    assert Domain.objects.get().approved_at is None
    people.make_superuser(user=charlie, by=None)
    cast.client_of(charlie).post("/admin/identity/domain/", form)
    assert Domain.objects.get().approved_at is not None


@pytest.mark.parametrize("name", ["", "com", "a b.c", "-x.org", "x..org", "1.2.3.4", "é.org", "*"])
def test_what_is_no_domain_is_refused(connection: Connection, alice: User, name: str) -> None:
    client = cast.client_of(alice)
    client.post("/teams/vision/entrance/domains/", {"act": "claim", "domain": name})
    assert Domain.objects.count() == 1


def test_an_owner_sets_up_and_takes_down_by_the_pages(vision: Team, alice: User) -> None:
    client = cast.client_of(alice)
    base = "/teams/vision/entrance/"
    form = {
        "name": "Example",
        "issuer": "http://id.example.org",
        "client_id": "ahnb",
        "default_role": "2",
        "roles": "heads = owner\nall = reader",
    }
    assert "https is needed" in client.post(f"{base}connection/?kind=oidc", form).content.decode()
    form |= {"issuer": "https://id.example.org"}
    assert "secret is needed" in client.post(f"{base}connection/", form).content.decode()
    form |= {"secret": "tK9 of the provider"}
    assert client.post(f"{base}connection/", form).status_code == 302
    found = Connection.objects.get()
    assert found.group_roles == {"heads": 3, "all": 1}
    page = client.get(base).content.decode()
    assert f"http://testserver/account/sso/{found.pk}/callback/" in page
    assert "tK9" not in client.get(f"{base}connection/").content.decode()
    assert "heads = owner" in client.get(f"{base}connection/").content.decode()
    client.post(f"{base}connection/", form | {"secret": ""})
    assert Connection.objects.get().locked_secret == found.locked_secret
    bad = client.post(f"{base}connection/", form | {"roles": "heads = king"})
    assert "group = role" in bad.content.decode()
    assert client.post(f"{base}connection/remove/").status_code == 302
    assert not Connection.objects.exists()
