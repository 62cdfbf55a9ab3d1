"""SAML against an identity provider of pysaml2: who comes in, and what is kept out."""

import copy
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from zlib import decompress

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, User
from ahnb_platform.identity.models import Connection, SamlAnswer
from ahnb_platform.identity.sso import answers
from ahnb_platform.identity.sso.connections import save_connection
from ahnb_platform.identity.sso.metadata import read_metadata
from tests import cast

from .saml_provider import (
    ENTITY,
    LOGIN,
    NAMEID_FORMAT_EMAILADDRESS,
    NameID,
    SamlProvider,
    encoded,
)

NAMES = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "d": "http://www.w3.org/2000/09/xmldsig#",
}


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> SamlProvider:
    return SamlProvider(tmp_path_factory.mktemp("idp"))


@pytest.fixture
def connection(
    vision: Team, alice: User, idp: SamlProvider, approved: Callable[..., None]
) -> Connection:
    # Always of the same key, so that the provider learns of this service once.
    Connection.objects.create(pk=UUID(int=7), team=vision, kind="saml", name="Example")
    found, _ = save_connection(team=vision, by=alice, **read_metadata(idp.metadata()))
    approved(found)
    idp.learn(Client().get(f"/account/sso/{found.pk}/metadata/").content.decode())
    return found


def begin(client: Client, connection: Connection, target: str = "") -> str:
    answer = client.get(f"/account/sso/{connection.pk}/start/", {"next": target})
    assert answer["Location"].startswith(LOGIN)
    return answer["Location"]


def post(connection: Connection, xml: str, browser: Client | None = None) -> Any:
    """The provider's page posts; cookies of ours do not come along from another site."""
    path = f"/account/sso/{connection.pk}/answer/"
    return (browser or Client(enforce_csrf_checks=True)).post(path, {"SAMLResponse": encoded(xml)})


def log_in(client: Client, connection: Connection, xml: str) -> Any:
    answer = post(connection, xml)
    return client.get(answer["Location"]) if answer.status_code == 303 else answer


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def reason() -> str:
    return AuditEvent.objects.get(action="sso.refused").data["reason"]


def changed(xml: str, change: Callable[[Any], None]) -> str:
    document = etree.fromstring(xml.encode())
    change(document)
    return etree.tostring(document).decode()


def find(document: Any, path: str) -> Any:
    return document.find(path, NAMES)


def test_a_new_person_becomes_a_member_with_the_role_of_their_group(
    connection: Connection, idp: SamlProvider, alice: User
) -> None:
    save_connection(team=connection.team, by=alice, group_roles={"heads": 2}, groups_claim="groups")
    client = Client()
    attributes = {"mail": ["eve@example.com"], "displayName": ["Eve"], "groups": ["heads"]}
    xml = idp.answer(begin(client, connection, "/teams/vision/"), identity=attributes)
    answer = log_in(client, connection, xml)
    assert (answer.status_code, answer["Location"]) == (302, "/teams/vision/")
    eve = User.objects.get(email="eve@example.com")
    assert eve.name == "Eve"
    assert Membership.objects.get(user=eve).role == Role.EDITOR
    assert is_in(client)


def test_the_name_may_be_the_address(connection: Connection, idp: SamlProvider) -> None:
    client = Client()
    name = NameID(format=NAMEID_FORMAT_EMAILADDRESS, text="eve@example.com")
    xml = idp.answer(begin(client, connection), identity={}, name_id=name)
    log_in(client, connection, xml)
    assert is_in(client)


def test_metadata_names_who_and_where(connection: Connection, idp: SamlProvider) -> None:
    assert (connection.entity_id, connection.sso_url) == (ENTITY, LOGIN)
    page = Client().get(f"/account/sso/{connection.pk}/metadata/")
    assert page["Content-Type"] == "application/samlmetadata+xml"
    assert f"/account/sso/{connection.pk}/answer/" in page.content.decode()


def test_an_unsigned_answer_logs_nobody_in(connection: Connection, idp: SamlProvider) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection), sign_assertion=False)
    assert log_in(client, connection, xml).status_code == 403
    assert not is_in(client)
    assert reason() == "answer-invalid"


def test_an_answer_of_which_only_the_shell_is_signed_logs_nobody_in(
    connection: Connection, idp: SamlProvider
) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection), sign_assertion=False, sign_response=True)
    assert log_in(client, connection, xml).status_code == 403


def test_another_key_logs_nobody_in(
    connection: Connection, idp: SamlProvider, tmp_path: Path
) -> None:
    metadata = Client().get(f"/account/sso/{connection.pk}/metadata/").content.decode()
    forger = SamlProvider(tmp_path, metadata, name="forger")
    client = Client()
    xml = forger.answer(begin(client, connection))
    assert log_in(client, connection, xml).status_code == 403
    assert not is_in(client)


def test_an_answer_for_another_audience_logs_nobody_in(
    connection: Connection, idp: SamlProvider, other: Team, charlie: User, approved: Any
) -> None:
    """Signed by the right key, for another connection of this very server."""
    client = Client()
    url = begin(client, connection)
    fields = read_metadata(idp.metadata())
    theirs, _ = save_connection(team=other, by=charlie, kind="saml", name="Other", **fields)
    approved(theirs, "example.net")
    idp.learn(Client().get(f"/account/sso/{theirs.pk}/metadata/").content.decode())
    elsewhere = Client()
    xml = idp.answer(begin(elsewhere, theirs), in_response_to=idp_request(idp, url))
    assert log_in(client, connection, xml).status_code == 403
    assert not is_in(client)
    assert reason() == "answer-invalid"


def idp_request(idp: SamlProvider, url: str) -> str:
    """The id of a request that another service sent."""
    raw = b64decode(parse_qs(urlsplit(url).query)["SAMLRequest"][0])
    return etree.fromstring(decompress(raw, -15)).get("ID")


def test_an_answer_comes_once(connection: Connection, idp: SamlProvider) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection))
    first = post(connection, xml)
    assert client.get(first["Location"]).status_code == 302
    assert is_in(client)
    again = Client()
    begin(again, connection)
    assert post(connection, xml).status_code == 403
    assert again.get(first["Location"]).status_code == 403
    assert not is_in(again)
    assert AuditEvent.objects.filter(data__reason="answer-replayed").exists()


def test_an_answer_serves_only_the_browser_that_asked(
    connection: Connection, idp: SamlProvider
) -> None:
    attacker, victim = Client(), Client()
    place = post(connection, idp.answer(begin(attacker, connection)))["Location"]
    begin(victim, connection)
    assert victim.get(place).status_code == 403
    assert not is_in(victim)


def test_an_answer_that_nobody_asked_for_logs_nobody_in(
    connection: Connection, idp: SamlProvider
) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection), in_response_to=None)
    assert log_in(client, connection, xml).status_code == 403
    assert reason() == "answer-unasked"


def test_a_changed_attribute_breaks_the_signature(
    connection: Connection, idp: SamlProvider
) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection))
    forged = xml.replace("eve@example.com", "amy@example.com")
    assert forged != xml
    assert log_in(client, connection, forged).status_code == 403
    assert not User.objects.filter(email="amy@example.com").exists()


def forged_before(document: Any) -> tuple[Any, Any]:
    """The signed assertion, and a forged one without a signature that now stands before it."""
    signed = find(document, "a:Assertion")
    forged = copy.deepcopy(signed)
    forged.remove(find(forged, "d:Signature"))
    forged.set("ID", "forged")
    signed.addprevious(forged)
    return signed, forged


def wrap_before(document: Any) -> None:
    """A forged assertion before the signed one."""
    forged_before(document)


def wrap_around(document: Any) -> None:
    """A forged assertion in place of the signed one, which lies within it."""
    signed, forged = forged_before(document)
    forged.append(signed)


def wrap_in_signature(document: Any) -> None:
    """The signed assertion in an object of the signature, a forged one in its place."""
    signed = find(document, "a:Assertion")
    forged = copy.deepcopy(signed)
    forged.set("ID", "forged")
    signed.addprevious(forged)
    holder = etree.SubElement(find(forged, "d:Signature"), f"{{{NAMES['d']}}}Object")
    holder.append(signed)


def wrap_in_extension(document: Any) -> None:
    """The signed assertion in an extension of the answer, a forged one in its place."""
    signed, _ = forged_before(document)
    extension = etree.Element(f"{{{NAMES['p']}}}Extensions")
    document.insert(1, extension)
    extension.append(signed)


WRAPPINGS = (wrap_before, wrap_around, wrap_in_signature, wrap_in_extension)


@pytest.mark.parametrize("wrap", WRAPPINGS)
def test_a_wrapped_signature_vouches_for_nothing_forged(
    connection: Connection, idp: SamlProvider, wrap: Callable[[Any], None]
) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection))

    def forge(document: Any) -> None:
        wrap(document)
        for value in document.iter(f"{{{NAMES['a']}}}AttributeValue"):
            inside = [parent.get("ID") for parent in value.iterancestors()]
            if "forged" in inside[: len(inside) - 1][:3]:
                value.text = "amy@example.com"

    forged = changed(xml, forge)
    assert "amy@example.com" in forged
    log_in(client, connection, forged)
    assert not User.objects.filter(email="amy@example.com").exists()
    assert not is_in(client)


def test_a_comment_in_the_address_does_not_shorten_it(
    connection: Connection, idp: SamlProvider
) -> None:
    cast.make_person("eve@example.com")
    client = Client()
    mail = {"mail": ["eve@example.com.evil.example"]}
    xml = idp.answer(begin(client, connection), identity=mail)
    shortened = xml.replace("eve@example.com.evil", "eve@example.com<!-- -->.evil")
    assert shortened != xml
    log_in(client, connection, shortened)
    assert not is_in(client)


def test_a_late_answer_logs_nobody_in(
    connection: Connection, idp: SamlProvider, monkeypatch: Any
) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection))
    place = post(connection, xml)["Location"]
    monkeypatch.setattr(answers, "USABLE", timedelta(0))
    assert client.get(place).status_code == 403
    assert not is_in(client)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize("xml", ["", "no xml", "<x/>", BOMB, OUTSIDE, "\x00", "<" * 10_000])
def test_what_is_no_answer_is_refused_in_peace(connection: Connection, xml: str) -> None:
    answer = post(connection, xml)
    assert answer.status_code == 403
    assert "root:" not in answer.content.decode()


def test_old_answers_are_forgotten(connection: Connection, idp: SamlProvider) -> None:
    client = Client()
    post(connection, idp.answer(begin(client, connection)))
    assert answers.forget_old_answers() == 0
    SamlAnswer.objects.update(keep_until=timezone.now() - timedelta(seconds=1))
    assert answers.forget_old_answers() == 1


def test_an_owner_pastes_the_metadata(vision: Team, alice: User, idp: SamlProvider) -> None:
    client = cast.client_of(alice)
    path = "/teams/vision/entrance/connection/?kind=saml"
    form = {"name": "Example", "default_role": "1", "metadata": "<no/>"}
    assert "no metadata of a provider" in client.post(path, form).content.decode()
    form["metadata"] = idp.metadata()
    assert client.post(path, form).status_code == 302
    found = Connection.objects.get()
    assert (found.kind, found.entity_id, found.sso_url) == ("saml", ENTITY, LOGIN)
    assert "answer/" in client.get("/teams/vision/entrance/").content.decode()
