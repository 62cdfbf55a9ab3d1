"""OpenID Connect: code flow with PKCE, state and nonce; the signature is checked always.

OpenID Connect Core 1.0 (3.1), RFC 7636 (PKCE), RFC 9207 (`iss` in the answer).
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

import jwt

from .. import vault
from ..models import Connection
from .claims import Claims, Refused, text_of, texts_of
from .fetching import checked, document

# Signatures by a key that only the provider has; never a shared one, never none.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY_SECONDS = 60
NOT_FOR_US = "The provider's answer does not hold. Try again, or tell an owner of your team."


@dataclass(frozen=True)
class Attempt:
    """What the browser's session remembers until the provider answers."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def fresh(cls) -> "Attempt":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    def as_data(self) -> dict[str, str]:
        return asdict(self)


def login_url(connection: Connection, attempt: Attempt, redirect_uri: str) -> str:
    """Where the browser goes. Raises Refused."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": connection.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid email profile",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    endpoint = checked(_configuration(connection).get("authorization_endpoint"), connection.issuer)
    return _with_query(endpoint, query)


def claims_of(
    connection: Connection, attempt: Attempt, answer: dict[str, str], redirect_uri: str
) -> Claims:
    """Who the provider says it is, from the parameters of the callback.

    Raises:
        Refused: any of the checks fails, or the provider cannot be reached.
    """
    if not hmac.compare_digest(answer.get("state", ""), attempt.state):
        raise Refused(NOT_FOR_US, code="wrong-state")
    if "error" in answer:
        raise Refused("The provider did not log you in.", code="provider-said-no")
    configuration = _configuration(connection)
    if answer.get("iss", configuration["issuer"]) != configuration["issuer"]:
        raise Refused(NOT_FOR_US, code="wrong-issuer")
    tokens = _exchange(connection, configuration, attempt, answer.get("code", ""), redirect_uri)
    claims = _verified(connection, configuration, text_of(tokens.get("id_token")))
    if not hmac.compare_digest(text_of(claims.get("nonce")), attempt.nonce):
        raise Refused(NOT_FOR_US, code="wrong-nonce")
    found = _read(connection, _with_address(connection, configuration, tokens, claims))
    return replace(found, way_out=_way_out(connection, configuration, tokens))


def _way_out(connection: Connection, configuration: dict[str, Any], tokens: dict[str, Any]) -> str:
    """Where the provider logs out (RP-Initiated Logout 1.0, 2); empty when it names no place."""
    endpoint = configuration.get("end_session_endpoint")
    if endpoint is None:
        return ""
    query = {"id_token_hint": text_of(tokens["id_token"]), "client_id": connection.client_id}
    try:
        return _with_query(checked(endpoint, connection.issuer), query)
    except Refused:  # the login is good all the same
        return ""


def _with_query(endpoint: str, query: dict[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def _configuration(connection: Connection) -> dict[str, Any]:
    """The provider's description of itself, which must name the issuer that was configured."""
    begin = connection.issuer.rstrip("/")
    found = document("GET", f"{begin}/.well-known/openid-configuration", begin)
    if text_of(found.get("issuer")).rstrip("/") != begin:
        raise Refused(NOT_FOR_US, code="wrong-issuer")
    return found


def _exchange(
    connection: Connection,
    configuration: dict[str, Any],
    attempt: Attempt,
    code: str,
    redirect_uri: str,
) -> dict[str, Any]:
    """The tokens for the code; a code that was used before brings none."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": connection.client_id,
        "code_verifier": attempt.verifier,
    }
    secret = vault.unlock(connection.locked_secret)
    # OpenID Connect Discovery 1.0, section 3: where nothing is named, it is client_secret_basic.
    methods = texts_of(configuration.get("token_endpoint_auth_methods_supported"))
    headers = {}
    if not methods or "client_secret_basic" in methods:
        pair = base64.b64encode(f"{connection.client_id}:{secret}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    else:
        form["client_secret"] = secret
    endpoint = configuration.get("token_endpoint")
    return document("POST", endpoint, connection.issuer, form=form, headers=headers)


def _verified(connection: Connection, configuration: dict[str, Any], token: str) -> dict[str, Any]:
    """The claims of the ID token: signed by the issuer, for this client, not expired."""
    keys = document("GET", configuration.get("jwks_uri"), connection.issuer)
    try:
        header = jwt.get_unverified_header(token)
        key = _key(keys, header)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[header["alg"]],
            audience=connection.client_id,
            issuer=configuration["issuer"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise Refused(NOT_FOR_US, code="token-invalid") from error
    if claims.get("azp", connection.client_id) != connection.client_id:
        raise Refused(NOT_FOR_US, code="token-invalid")
    return claims


def _key(keys: dict[str, Any], header: dict[str, Any]) -> jwt.PyJWK:
    """The provider's key that the token names, for an algorithm that we take."""
    if header.get("alg") not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    found = jwt.PyJWKSet.from_dict(keys).keys
    named = [key for key in found if header.get("kid") in (None, key.key_id)]
    if not named:
        raise jwt.InvalidKeyError
    return named[0]


def _with_address(
    connection: Connection,
    configuration: dict[str, Any],
    tokens: dict[str, Any],
    claims: dict[str, Any],
) -> dict[str, Any]:
    """The claims; when they lack the address, with what the provider says on asking."""
    endpoint, token = configuration.get("userinfo_endpoint"), text_of(tokens.get("access_token"))
    if "email" in claims or not endpoint or not token:
        return claims
    bearer = {"Authorization": f"Bearer {token}"}
    told = document("GET", endpoint, connection.issuer, headers=bearer)
    if told.get("sub") != claims["sub"]:
        raise Refused(NOT_FOR_US, code="token-invalid")
    return {**told, **claims}


def _read(connection: Connection, claims: dict[str, Any]) -> Claims:
    verified = claims.get("email_verified", connection.trusts_addresses)
    if verified not in (True, "true"):
        raise Refused("The provider has not verified your address.", code="email-unverified")
    return Claims(
        subject=str(claims["sub"]),
        email=text_of(claims.get("email")),
        name=text_of(claims.get("name"))[:100],
        groups=texts_of(claims.get(connection.groups_claim, [])),
    )
