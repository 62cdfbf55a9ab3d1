"""SAML 2.0, web browser profile: request by redirect, answer by a form of the provider's page.

The answer must be signed by the certificate of the connection, name this server as audience and
destination, answer a request of ours, and come for the first time.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Words
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from ..models import Connection
from .claims import Claims, Refused, texts_of
from .metadata import certificates_of

EMAIL = (
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "urn:oid:1.2.840.113549.1.9.1",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
NAME = (
    "displayName",
    "name",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
)
NOT_FOR_US = "The provider's answer does not hold. Try again, or tell an owner of your team."
SECURITY = {
    "wantAssertionsSigned": True,
    "wantNameId": True,
    "wantAttributeStatement": False,
    "requestedAuthnContext": False,
    "rejectDeprecatedAlgorithm": True,
    "allowRepeatAttributeName": True,
    "allowSingleLabelDomains": True,
}
LONGEST_KEPT = timedelta(days=1)
ERRORS = (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, ValueError, TypeError)


@dataclass(frozen=True)
class Places:
    """The addresses of this server for one connection."""

    metadata: str
    answers: str


@dataclass(frozen=True)
class Answer:
    """A valid answer: who, to which of our requests, and what makes it one of its kind."""

    claims: Claims
    in_response_to: str
    digest: bytes
    keep_until: datetime


def login_url(connection: Connection, places: Places) -> tuple[str, str]:
    """Where the browser goes, and the id of the request. Raises Refused."""
    settings = _settings(connection, places)
    request = OneLogin_Saml2_Authn_Request(settings)
    target = OneLogin_Saml2_Utils.redirect(
        connection.sso_url, {"SAMLRequest": request.get_request()}, request_data=_where(places)
    )
    return str(target), str(request.get_id())


def read_answer(connection: Connection, places: Places, encoded: str) -> Answer:
    """What a posted `SAMLResponse` says. Raises Refused unless all of it holds."""
    settings = _settings(connection, places)
    try:
        response = OneLogin_Saml2_Response(settings, encoded)
        if not response.is_valid(_where(places)):
            raise Refused(NOT_FOR_US, code="answer-invalid")
        return _read(connection, places, response)
    except Refused:
        raise
    except Exception as error:
        raise Refused(NOT_FOR_US, code="answer-invalid") from error


def own_metadata(places: Places) -> bytes:
    """The description of this server that the provider reads."""
    settings = OneLogin_Saml2_Settings(
        {"strict": True, "sp": _ourselves(places), "security": SECURITY}, sp_validation_only=True
    )
    metadata = settings.get_sp_metadata()
    return metadata if isinstance(metadata, bytes) else metadata.encode()


def _read(connection: Connection, places: Places, response: Any) -> Answer:
    in_response_to = response.get_in_response_to()
    if not in_response_to:
        raise Refused(NOT_FOR_US, code="answer-unasked")
    if places.metadata not in response.get_audiences():
        raise Refused(NOT_FOR_US, code="answer-invalid")
    identity = f"{connection.pk} {response.get_assertion_id()}".encode()
    ends = response.get_assertion_not_on_or_after()
    until = datetime.fromtimestamp(ends, UTC) if ends else timezone.now()
    return Answer(
        claims=_claims(connection, response),
        in_response_to=in_response_to,
        digest=hashlib.sha256(identity).digest(),
        keep_until=max(until, timezone.now()) + LONGEST_KEPT,
    )


def _claims(connection: Connection, response: Any) -> Claims:
    attributes = response.get_attributes()
    emails = [text for name in EMAIL for text in texts_of(attributes.get(name, []))]
    if not emails and response.get_nameid_format() == Words.NAMEID_EMAIL_ADDRESS:
        emails = [response.get_nameid()]
    names = [text for name in NAME for text in texts_of(attributes.get(name, []))]
    return Claims(
        subject=response.get_nameid(),
        email=emails[0] if emails else "",
        name=names[0][:100] if names else "",
        groups=texts_of(attributes.get(connection.groups_claim, [])),
    )


def _settings(connection: Connection, places: Places) -> OneLogin_Saml2_Settings:
    certificates = certificates_of(connection.certificate)
    try:
        return OneLogin_Saml2_Settings(
            {
                "strict": True,
                "sp": _ourselves(places),
                "idp": {
                    "entityId": connection.entity_id,
                    "singleSignOnService": {"url": connection.sso_url},
                    "x509certMulti": {"signing": certificates, "encryption": certificates[:1]},
                    "x509cert": certificates[0],
                },
                "security": SECURITY,
            }
        )
    except ERRORS as error:
        raise Refused(NOT_FOR_US, code="connection-invalid") from error


def _ourselves(places: Places) -> dict[str, Any]:
    return {
        "entityId": places.metadata,
        "assertionConsumerService": {"url": places.answers, "binding": Words.BINDING_HTTP_POST},
        "NameIDFormat": Words.NAMEID_UNSPECIFIED,
    }


def _where(places: Places) -> dict[str, Any]:
    """The request as python3-saml looks at it: by the address that people type."""
    parts = urlsplit(places.answers)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "path_info": "",
        "get_data": {},
        "post_data": {},
    }
