"""Answers that somebody made up or changed: none of them logs anybody in."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from ahnb_platform.accounts.models import User
from ahnb_platform.identity.models import Connection
from tests import cast
from tests.cast import is_in

from .browsing import begin, log_in, post, reason
from .provider import SamlProvider

NAMES = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "d": "http://www.w3.org/2000/09/xmldsig#",
}


def changed(xml: str, change: Callable[[Any], None]) -> str:
    document = etree.fromstring(xml.encode())
    change(document)
    return etree.tostring(document).decode()


def find(document: Any, path: str) -> Any:
    return document.find(path, NAMES)


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


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize("xml", ["", "no xml", "<x/>", BOMB, OUTSIDE, "\x00", "<" * 10_000])
def test_what_is_no_answer_is_refused_in_peace(connection: Connection, xml: str) -> None:
    answer = post(connection, xml)
    assert answer.status_code == 403
    assert "root:" not in answer.content.decode()
