"""An expired token may bring home what it began: batches of the runs that it started."""

from uuid import UUID

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from ahnb_platform.accounts.models import ApiToken, User
from ahnb_platform.accounts.tokens import token_in_grace
from ahnb_platform.api.authentication import TokenAuthentication, bearer

from .. import queries


class GraceAuthentication(TokenAuthentication):
    """As everywhere, and for POST also a token in its grace, on a run that it started in time."""

    scheme_name = "token-or-grace"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            token = token_in_grace(bearer(request.META.get("HTTP_AUTHORIZATION", "")))
            run_id: UUID = request.parser_context["kwargs"]["run_id"]
            if request.method != "POST" or token is None:
                raise
            if not queries.was_started_by(run_id, token):
                raise
            return token.user, token
