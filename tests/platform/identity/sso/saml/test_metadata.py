"""Metadata of SAML providers: what it must hold, and how it is read again from its address."""

import base64
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ahnb_platform.accounts.models import AuditEvent, Team, User
from ahnb_platform.errors import Invalid
from ahnb_platform.identity.models import Connection, Domain
from ahnb_platform.identity.sso import metadata
from tests import cast

from .provider import ENTITY, LOGIN, SamlProvider

FORM = "/teams/vision/entrance/connection/?kind=saml"
ENTRANCE = "/teams/vision/entrance/"


class Place(http.server.ThreadingHTTPServer):
    """Hands out what the provider says of itself."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Reading)
        self.status, self.content = 200, ""
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/metadata"


class Reading(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(self.server.content.encode())  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> str:
    return SamlProvider(tmp_path_factory.mktemp("before")).metadata()


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same provider with another certificate."""
    return SamlProvider(tmp_path_factory.mktemp("after")).metadata()


@pytest.fixture
def place(before: str, settings: Any) -> Iterator[Place]:
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    place = Place()
    place.content = before
    yield place
    place.shutdown()
    place.server_close()


@pytest.fixture
def connection(
    vision: Team, alice: User, place: Place, approved: Callable[..., None]
) -> Connection:
    form = {"name": "Example", "default_role": "1", "metadata_url": place.url}
    assert cast.client_of(alice).post(FORM, form).status_code == 302
    found = Connection.objects.get()
    approved(found)
    return found


def a_day_later() -> Connection:
    """What is stored after the worker has read the metadata again."""
    Connection.objects.update(metadata_tried_at=timezone.now() - timedelta(days=1))
    metadata.refresh_one()
    return Connection.objects.get()


def test_the_address_fills_the_fields_and_the_page_names_it(
    connection: Connection, alice: User, place: Place
) -> None:
    assert (connection.entity_id, connection.sso_url) == (ENTITY, LOGIN)
    assert connection.metadata_read_at is not None
    page = cast.client_of(alice).get(ENTRANCE).content.decode()
    assert place.url in page
    assert "is read once a day" in page


def test_a_new_certificate_is_known_a_day_later(
    connection: Connection, place: Place, after: str
) -> None:
    place.content = after
    assert metadata.refresh_one() is False
    assert Connection.objects.get().certificate == connection.certificate
    found = a_day_later()
    assert found.certificate == metadata.read_metadata(after)["certificate"]
    assert found.certificate != connection.certificate
    event = AuditEvent.objects.get(action="sso.metadata-refreshed")
    assert (event.team, event.data) == (connection.team, {"fields": ["certificate"]})
    assert Domain.objects.get().approved_at is not None


def test_a_new_certificate_that_comes_with_another_change_needs_no_new_approval(
    connection: Connection, alice: User, place: Place, before: str, after: str
) -> None:
    page, form = cast.client_of(alice), {"name": "Example", "metadata_url": place.url}
    place.content = after
    # What is typed beside the address does not count.
    typed = {"certificate": metadata.read_metadata(before)["certificate"], "entity_id": "urn:evil"}
    assert page.post(FORM, form | typed | {"default_role": "2"}).status_code == 302
    found = Connection.objects.get()
    assert (found.default_role, found.entity_id) == (2, ENTITY)
    assert found.certificate == metadata.read_metadata(after)["certificate"]
    assert Domain.objects.get().approved_at is not None
    of_another(place)
    assert page.post(FORM, form | {"default_role": "2"}).status_code == 302
    assert Domain.objects.get().approved_at is None


def of_another(place: Place) -> None:
    place.content = place.content.replace(f'"{ENTITY}"', '"https://evil.example/saml"')


def broken(place: Place) -> None:
    place.content = "<no/>"


def refusing(place: Place) -> None:
    place.status = 503


def endless(place: Place) -> None:
    place.content = " " * 1_000_001


@pytest.mark.parametrize("behaves", [of_another, broken, refusing, endless])
def test_what_does_not_hold_changes_nothing_and_is_told_once(
    connection: Connection,
    alice: User,
    place: Place,
    before: str,
    behaves: Callable[[Place], None],
) -> None:
    behaves(place)
    first, second = a_day_later(), a_day_later()
    for found in (first, second):
        assert (found.entity_id, found.certificate) == (ENTITY, connection.certificate)
        assert found.metadata_read_at == connection.metadata_read_at
    event = AuditEvent.objects.get(action="sso.metadata-refused")
    assert event.data == {"reason": second.metadata_fault}
    page = cast.client_of(alice).get(ENTRANCE).content.decode()
    assert "What was read before stays" in page
    place.status, place.content = 200, before
    assert a_day_later().metadata_fault == ""


def test_nothing_is_read_before_the_operator_approved(
    connection: Connection, place: Place, after: str
) -> None:
    Domain.objects.update(approved_at=None)
    place.content = after
    assert a_day_later().certificate == connection.certificate


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.org/metadata",
        "https://10.0.0.1/metadata",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/metadata",
        "https://2130706433/metadata",
        "https://id.example.org:22/",
        "https://[::1]/",
        "file:///etc/passwd",
    ],
)
def test_no_address_inside_the_network_is_asked(vision: Team, alice: User, url: str) -> None:
    form = {"name": "Example", "default_role": "1", "metadata_url": url}
    answer = cast.client_of(alice).post(FORM, form)
    assert answer.status_code == 200
    assert "form-error" in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_certificate_that_has_ended_or_is_weak_is_refused(tmp_path: Path, before: str) -> None:
    ended = SamlProvider(tmp_path, name="ended", days=-1)
    with pytest.raises(Invalid, match="ended on"):
        metadata.read_metadata(ended.metadata())
    weak = SamlProvider(tmp_path, name="weak", bits=1024)
    with pytest.raises(Invalid, match="fewer than 2048 bits"):
        metadata.read_metadata(weak.metadata())
    both = f"{ended.certificate.read_text()}\n{metadata.read_metadata(before)['certificate']}"
    assert len(metadata.usable_certificates(both)) == 1


def odd_version(der: bytes) -> bytes:
    return der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020105"), 1)


def odd_key(der: bytes) -> bytes:
    """Of a kind that nobody defined, in place of RSA (1.2.840.113549.1.1.1)."""
    rsa = bytes.fromhex("06092a864886f70d010101")
    return der.replace(rsa, bytes.fromhex("06092a864886f70d010163"), 1)


@pytest.mark.parametrize("change", [odd_version, odd_key])
def test_a_certificate_of_an_unknown_kind_is_refused_and_holds_up_nobody(
    connection: Connection, alice: User, place: Place, change: Callable[[bytes], bytes]
) -> None:
    known = connection.certificate
    der = base64.b64decode(known)
    odd = base64.b64encode(change(der)).decode()
    assert odd != known
    fields = {"name": "Example", "default_role": "1", "entity_id": ENTITY, "sso_url": LOGIN}
    answer = cast.client_of(alice).post(FORM, fields | {"certificate": odd})
    assert answer.status_code == 200
    assert "Paste the signing certificate" in answer.content.decode()
    place.content = re.sub(r"(X509Certificate>)[^<]+", rf"\g<1>{odd}", place.content)
    found = a_day_later()
    assert (found.certificate, found.metadata_fault[:5]) == (known, "Paste")


def in_the_clear(text: str) -> str:
    return text.replace(f'Location="{LOGIN}"', 'Location="http://id.example.org/login"')


def no_uri(text: str) -> str:
    return text.replace(f'entityID="{ENTITY}"', 'entityID="example"')


def over(text: str) -> str:
    return text.replace("entityID=", 'validUntil="2020-01-01T00:00:00Z" entityID=', 1)


def several(text: str) -> str:
    one = re.sub(r"<\?xml.*?\?>", "", text)
    name = "urn:oasis:names:tc:SAML:2.0:metadata"
    return f'<m:EntitiesDescriptor xmlns:m="{name}">{one}{one}</m:EntitiesDescriptor>'


def garbled(text: str) -> str:
    return re.sub(r"(X509Certificate>)\s*\w+", r"\1AAAA", text)


@pytest.mark.parametrize("spoil", [in_the_clear, no_uri, over, several, garbled])
def test_metadata_that_cannot_hold_is_refused(before: str, spoil: Callable[[str], str]) -> None:
    assert spoil(before) != before
    with pytest.raises(Invalid):
        metadata.read_metadata(spoil(before))


def test_a_server_that_others_reach_takes_no_issuer_in_the_clear(
    vision: Team, alice: User, settings: Any
) -> None:
    form = {"name": "E", "default_role": "1", "issuer": "http://127.0.0.1:9", "client_id": "x"}
    form["secret"] = "hidden"
    path = FORM.replace("saml", "oidc")
    settings.PUBLIC_URL, settings.DEBUG = "https://testserver", False
    answer = cast.client_of(alice).post(path, form)
    assert "An address with https is needed" in answer.content.decode()
    settings.PUBLIC_URL = ""
    assert cast.client_of(alice).post(path, form).status_code == 302
