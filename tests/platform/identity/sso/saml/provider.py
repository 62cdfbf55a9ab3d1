"""A SAML identity provider, built with pysaml2; it signs with xmlsec1."""

import base64
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

with warnings.catch_warnings():
    # It imports a cipher of cryptography's that is about to move; nothing here uses it.
    warnings.simplefilter("ignore")
    from saml2 import BINDING_HTTP_REDIRECT
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server

__all__ = ["ENTITY", "LOGIN", "NAMEID_FORMAT_EMAILADDRESS", "NameID", "SamlProvider", "encoded"]

ENTITY = "https://id.example.org/saml"
LOGIN = "https://id.example.org/saml/login"
SIGNED = {
    "sign_alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "digest_alg": "http://www.w3.org/2001/04/xmlenc#sha256",
}
CONTEXT = {
    "class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "authn_auth": ENTITY,
}


def make_key(folder: Path, name: str, *, days: int = 30, bits: int = 2048) -> tuple[Path, Path]:
    """A key with a certificate of its own signature, which ends after some days."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    places = folder / f"{name}.key", folder / f"{name}.pem"
    places[0].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    places[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return places


class SamlProvider:
    """Answers requests of one service, whose metadata it was given."""

    def __init__(
        self, folder: Path, service_metadata: str = "", name: str = "provider", **key: int
    ) -> None:
        self.folder = folder
        self.key, self.certificate = make_key(folder, name, **key)
        self.known, self.server = service_metadata, self._server(service_metadata)

    def _server(self, service_metadata: str) -> Server:
        config = IdPConfig().load(
            {
                "entityid": ENTITY,
                "key_file": str(self.key),
                "cert_file": str(self.certificate),
                "xmlsec_binary": "/usr/bin/xmlsec1",
                "metadata": {"inline": [service_metadata] if service_metadata else []},
                "service": {
                    "idp": {
                        "endpoints": {"single_sign_on_service": [(LOGIN, BINDING_HTTP_REDIRECT)]},
                        "policy": {"default": {"lifetime": {"minutes": 5}}},
                    }
                },
            }
        )
        return Server(config=config)

    def learn(self, service_metadata: str) -> None:
        """Know the service; what is known already is not read once more, which takes a while."""
        if service_metadata != self.known:
            self.known, self.server = service_metadata, self._server(service_metadata)

    def metadata(self) -> str:
        return str(entity_descriptor(self.server.config))

    def asked(self, url: str) -> Any:
        """The request that a browser brings in `url`."""
        encoded = parse_qs(urlsplit(url).query)["SAMLRequest"][0]
        return self.server.parse_authn_request(encoded, BINDING_HTTP_REDIRECT).message

    def answer(self, url: str, subject: str = "u-1", **more: Any) -> str:
        """The signed answer, as XML. `identity` are the attributes."""
        request = self.asked(url)
        given = {
            "identity": more.pop("identity", {"mail": ["eve@example.com"]}),
            "in_response_to": request.id,
            "destination": request.assertion_consumer_service_url,
            "sp_entity_id": request.issuer.text,
            "name_id": NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject),
            "authn": CONTEXT,
            "sign_assertion": True,
            "sign_response": False,
            **SIGNED,
        }
        return str(self.server.create_authn_response(**(given | more)))


def encoded(xml: str) -> str:
    """As the form of the provider's page holds it."""
    return base64.b64encode(xml.encode()).decode()
