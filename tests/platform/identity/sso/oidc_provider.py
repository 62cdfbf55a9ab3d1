"""An OpenID Connect provider on loopback, built with authlib, in a process of its own.

`python -m tests.platform.identity.sso.oidc_provider PORT FOLDER`: what it says of the person who
logs in, and how it misbehaves, is read from `FOLDER/behaviour.json` at each request. Nobody is
asked anything: whoever comes is logged in.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "ahnb", "the client's secret"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})
FOLDER = Path()
CODES: dict[str, SimpleNamespace] = {}
TOKENS: dict[str, str] = {}
ENDED: list[str] = []


def behaviour() -> dict[str, Any]:
    return json.loads((FOLDER / "behaviour.json").read_text())


class Client(SimpleNamespace):
    """The one client that is registered."""

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, uri: str) -> bool:
        return uri.endswith("/callback/")

    def check_client_secret(self, secret: str) -> bool:
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


class Code(SimpleNamespace):
    """What an authorization code stands for."""

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return behaviour().get("nonce", self.nonce)

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def save_authorization_code(self, code: str, request: Any) -> None:
        told = request.payload.data
        CODES[code] = Code(
            code=code,
            redirect_uri=request.payload.redirect_uri,
            scope=request.payload.scope,
            nonce=told.get("nonce"),
            code_challenge=told.get("code_challenge"),
            code_challenge_method=told.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: Any) -> Any:
        return CODES.get(code)

    def delete_authorization_code(self, code: Any) -> None:
        CODES.pop(code.code, None)

    def authenticate_user(self, code: Any) -> str:
        return "somebody"


class IdToken(OpenIDCode):
    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return False

    def resolve_client_private_key(self, client: Any) -> Any:
        signed_by = behaviour().get("signed_by")
        if signed_by == "shared secret":
            return OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
        return OTHER_KEY if signed_by == "another key" else KEY

    def get_client_algorithm(self, client: Any) -> str:
        return {"nobody": "none", "shared secret": "HS256"}.get(
            behaviour().get("signed_by"), "RS256"
        )

    def get_client_claims(self, client: Any) -> dict[str, Any]:
        return {"iss": server.issuer, "aud": [CLIENT]}

    def get_encode_header(self, client: Any) -> dict[str, Any]:
        return {"alg": self.get_client_algorithm(client), "kid": "one"}

    def generate_user_info(self, user: Any, scope: str) -> dict[str, Any]:
        return behaviour()["claims"]


class Server(AuthorizationServer):
    issuer = ""

    def query_client(self, client_id: str) -> Client | None:
        return Client(redirect="") if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        TOKENS[token["access_token"]] = "somebody"

    def send_signal(self, *args: Any, **kwargs: Any) -> None:
        pass

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers


class Request(OAuth2Request):
    """A request as the standard library hands it over."""

    def __init__(self, handler: BaseHTTPRequestHandler, fields: dict[str, str]) -> None:
        super().__init__(handler.command, server.issuer + handler.path, headers=handler.headers)
        self.payload, self._fields = BasicOAuth2Payload(fields), fields

    @property
    def args(self) -> dict[str, str]:
        return self._fields

    @property
    def form(self) -> dict[str, str]:
        return self._fields


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/authorize":
            request = Request(self, dict(parse_qsl(parts.query)))
            grant = server.get_consent_grant(request, "somebody")
            self.send(*server.create_authorization_response(request, "somebody", grant))
        elif parts.path == "/keys":
            self.send(200, {"keys": [KEY.as_dict(private=False)]}, [])
        elif parts.path == "/ended":
            self.send(200, {"who": ENDED}, [])
        elif parts.path == "/who":
            self.send(200, behaviour().get("asked", {}), [])
        elif parts.path == "/end":
            self.end(dict(parse_qsl(parts.query)))
        else:
            self.send(200, self.description(), [])

    def end(self, asked: dict[str, str]) -> None:
        """Log out whom the token names, if it is one of ours, and lead back."""
        claims = jwt.decode(asked["id_token_hint"], KEY, algorithms=["RS256"]).claims
        if (claims["aud"], asked["client_id"]) != ([CLIENT], CLIENT):
            self.send(400, "not for this client", [])
            return
        ENDED.append(claims["sub"])
        self.send(302, "", [("Location", asked["post_logout_redirect_uri"])])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send(*server.create_token_response(Request(self, dict(parse_qsl(body)))))

    def description(self) -> dict[str, Any]:
        more = behaviour().get("more", {"end_session_endpoint": f"{server.issuer}/end"})
        return more | {
            "issuer": behaviour().get("issuer", server.issuer),
            "authorization_endpoint": f"{server.issuer}/authorize",
            "token_endpoint": f"{server.issuer}/token",
            "userinfo_endpoint": f"{server.issuer}/who",
            "jwks_uri": f"{server.issuer}/keys",
        }

    def send(self, status: int, body: Any, headers: list[tuple[str, str]]) -> None:
        content = (json.dumps(body) if isinstance(body, dict) else str(body)).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


server = Server()
server.register_token_generator(
    "default", BearerTokenGenerator(lambda *_, **__: f"token-{time.time_ns()}")
)
server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=True)])


if __name__ == "__main__":
    FOLDER = Path(sys.argv[2])
    server.issuer = f"http://127.0.0.1:{sys.argv[1]}"
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
