"""Who calls: the bearer token, from the header alone."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from ahnb_platform.accounts.attempts import note_refused_token
from ahnb_platform.accounts.models import ApiToken, User
from ahnb_platform.accounts.tokens import verify_token

WORDS = ("bearer", "token")


def bearer(header: str) -> str:
    """The token in a header `Authorization`; empty where it holds none."""
    word, _, secret = header.partition(" ")
    return secret.strip() if word.lower() in WORDS else ""


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer ahnb_<prefix>_<secret>`; the word `Token` means the same."""

    scheme_name = "token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header: str = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        text = bearer(header)
        token = verify_token(text)
        if token is None:
            note_refused_token(text)
            raise AuthenticationFailed
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema names it; a subclass adds a name of its own as `scheme_name`."""

    target_class = TokenAuthentication
    match_subclasses = True

    @property
    def name(self) -> str:
        return str(self.target.scheme_name)

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of the page “Tokens”."}
