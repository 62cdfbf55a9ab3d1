"""A SAML provider's description of itself: what it must hold, and how it stays up to date.

An owner pastes it, or names its address: then it is read once a day, so that the provider can
change its certificate. What does not hold changes nothing; the page and the audit tell of it.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml

from ahnb_platform.accounts import audit
from ahnb_platform.errors import Invalid
from ahnb_platform.outgoing.sending import Unreachable

from ..models import Connection, Kind
from .fetching import LONGEST_BYTES, is_safe_url, sender_to

# Of a connection, and which of them a refusal is about.
FIELDS = ("entity_id", "sso_url", "certificate")
FIELD_OF = {"entity": "entity_id", "address": "sso_url", "certificate": "certificate"}
EVERY = timedelta(days=1)
LONGEST_ENTITY, LONGEST_FAULT = 500, 300
SHORTEST_KEY = 2048
# What is raised for a text that is no certificate, and for one of a kind that is not known.
UNREADABLE = (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
PROVIDERS = "//md:EntityDescriptor[md:IDPSSODescriptor]"


def read_metadata(text: str) -> dict[str, str]:
    """The fields of a connection from a provider's metadata. Raises Invalid."""
    try:
        root = Xml.to_etree(text.encode())
        providers = len(Xml.query(root, PROVIDERS))
        found = OneLogin_Saml2_IdPMetadataParser.parse(text.encode())["idp"]
        several = found.get("x509certMulti", {}).get("signing", [])
        fields = {
            "entity_id": found["entityId"],
            "sso_url": found["singleSignOnService"]["url"],
            "certificate": "\n\n".join(several or [found["x509cert"]]),
        }
    except Exception as error:
        raise Invalid("This is no metadata of a provider.", code="metadata") from error
    if providers != 1:
        raise Invalid("The metadata describes several providers; one is needed.", code="metadata")
    _check_end(root.get("validUntil", ""))
    return checked_fields(fields)


def checked_fields(fields: dict[str, str]) -> dict[str, str]:
    """The fields, without certificates that have ended. Raises Invalid for what cannot hold."""
    entity = fields["entity_id"]
    if not 0 < len(entity) <= LONGEST_ENTITY or ":" not in entity or len(entity.split()) != 1:
        raise Invalid("The provider's entity id is no URI.", code="entity")
    if not is_safe_url(fields["sso_url"]):
        raise Invalid("The provider's address for logging in is not https.", code="address")
    return fields | {"certificate": "\n\n".join(usable_certificates(fields["certificate"]))}


def certificates_of(text: str) -> list[str]:
    """The certificates in a text, by blank lines or PEM marks. Raises Invalid for none."""
    marks = text.replace("-----BEGIN CERTIFICATE-----", "\n\n").replace("\r", "")
    parts = marks.replace("-----END CERTIFICATE-----", "\n\n").split("\n\n")
    found = ["".join(part.split()) for part in parts if part.strip()]
    if not found:
        raise Invalid("Paste the signing certificate as PEM text.", code="certificate")
    return found


def usable_certificates(text: str) -> list[str]:
    """Those that have not ended. Raises Invalid for none, and for what is no certificate."""
    known = [(part, _certificate(part)) for part in certificates_of(text)]
    now = timezone.now()
    usable = [part for part, certificate in known if certificate.not_valid_after_utc > now]
    if not usable:
        last = max(certificate.not_valid_after_utc for _, certificate in known)
        raise Invalid(f"The signing certificate ended on {last:%Y-%m-%d}.", code="certificate")
    return usable


def fetched_metadata(url: str) -> dict[str, str]:
    """What `read_metadata` finds at the address. Raises Invalid, also when it does not answer."""
    if not is_safe_url(url):
        raise Invalid("An address with https is needed.", code="metadata")
    try:
        status, content = sender_to().ask("GET", url, most_bytes=LONGEST_BYTES)
    except Unreachable as fault:
        raise Invalid(f"The metadata cannot be read. {fault}", code="metadata") from fault
    if status != 200:
        raise Invalid(f"The metadata cannot be read: status {status}.", code="metadata")
    return read_metadata(content.decode(errors="replace"))


def refresh_one() -> bool:
    """Read the metadata again of the connection that waits longest; whether another waits."""
    due = Connection.objects.filter(kind=Kind.SAML, domains__approved_at__isnull=False)
    due = due.exclude(metadata_url="").distinct().order_by("metadata_tried_at")
    before = timezone.now() - EVERY
    waiting = due.filter(Q(metadata_tried_at=None) | Q(metadata_tried_at__lte=before))
    found = list(waiting.select_related("team")[:2])
    if found:
        refresh(found[0])
    return len(found) > 1


def refresh(connection: Connection) -> None:
    """Take over what the provider says of itself now; what does not hold changes nothing."""
    try:
        fields = fetched_metadata(connection.metadata_url)
        if fields["entity_id"] != connection.entity_id:
            raise Invalid("The metadata is of another provider now.", code="entity")
    except Invalid as fault:
        _keep(connection, fault.detail)
    else:
        _take(connection, fields)


def _keep(connection: Connection, fault: str) -> None:
    """Go on with the last good one; the audit tells of each new fault once."""
    fault = fault[:LONGEST_FAULT]
    with transaction.atomic():
        if fault != connection.metadata_fault:
            told: dict[str, Any] = {"target": connection, "team": connection.team}
            audit.record("sso.metadata-refused", by=None, reason=fault, **told)
        same = Connection.objects.filter(pk=connection.pk, metadata_url=connection.metadata_url)
        same.update(metadata_tried_at=timezone.now(), metadata_fault=fault)


def _take(connection: Connection, fields: dict[str, str]) -> None:
    changed = sorted(name for name in fields if getattr(connection, name) != fields[name])
    now = timezone.now()
    read = {"metadata_tried_at": now, "metadata_read_at": now, "metadata_fault": ""}
    with transaction.atomic():
        same = Connection.objects.filter(pk=connection.pk, metadata_url=connection.metadata_url)
        if same.update(**fields, **read) and changed:
            told: dict[str, Any] = {"target": connection, "team": connection.team}
            audit.record("sso.metadata-refreshed", by=None, fields=changed, **told)


def _certificate(text: str) -> x509.Certificate:
    try:
        found = x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
        key = found.public_key()
    except UNREADABLE as error:
        raise Invalid("Paste the signing certificate as PEM text.", code="certificate") from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SHORTEST_KEY:
        raise Invalid(f"The key has fewer than {SHORTEST_KEY} bits.", code="certificate")
    return found


def _check_end(text: str) -> None:
    """Raises Invalid for metadata that says that it holds no longer."""
    if not text:
        return
    try:
        end = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("The metadata's end is no time.", code="metadata") from error
    if (end if end.tzinfo else end.replace(tzinfo=UTC)) <= timezone.now():
        raise Invalid(f"The metadata held until {end:%Y-%m-%d}.", code="metadata")
