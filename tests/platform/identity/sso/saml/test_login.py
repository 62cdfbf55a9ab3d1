"""Who comes in through a SAML provider, once, and in the browser that asked."""

from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import decompress

from django.test import Client
from django.utils import timezone
from lxml import etree

from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, User
from ahnb_platform.identity.models import Connection, SamlAnswer
from ahnb_platform.identity.sso import answers
from ahnb_platform.identity.sso.connections import save_connection
from ahnb_platform.identity.sso.metadata import read_metadata
from tests import cast
from tests.cast import is_in

from .browsing import begin, log_in, post, reason
from .provider import ENTITY, LOGIN, NAMEID_FORMAT_EMAILADDRESS, NameID, SamlProvider


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


def test_a_late_answer_logs_nobody_in(
    connection: Connection, idp: SamlProvider, monkeypatch: Any
) -> None:
    client = Client()
    xml = idp.answer(begin(client, connection))
    place = post(connection, xml)["Location"]
    monkeypatch.setattr(answers, "USABLE", timedelta(0))
    assert client.get(place).status_code == 403
    assert not is_in(client)


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
