"""The view that all calls of the API are made of: it keeps the order of the checks."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from ahnb_platform.accounts.models import ApiToken, Role, User
from ahnb_platform.accounts.tokens import EXPIRY_HEADER, expiry_notice
from ahnb_platform.errors import Missing, NotAllowed

from .bodies import SMALL, read_json
from .fields import Object
from .permissions import HasToken, Right
from .problems import exception_handler


class OnlyJSON(BaseContentNegotiation):
    """Answers are JSON whatever `Accept` says; nobody is refused for a header."""

    def select_parser(
        self,
        request: Request,
        parsers: Iterable[Any],
    ) -> Any:
        return next(iter(parsers))

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""


class ApiView(APIView):
    """401 without a valid token, 405, 404 by `look_up`, 403 by `rights`; only then the body.

    A method that `rights` does not name is closed to everybody.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    permission_classes = [HasToken]
    content_negotiation_class = OnlyJSON
    rights: ClassVar[Mapping[str, Right]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method not in self.allowed_methods:
            raise MethodNotAllowed(method)
        role = self.look_up(**kwargs)
        right = self.rights.get(method)
        if right is None:
            raise NotAllowed("Nobody may do this.")
        right.check(self.token, role)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, with the end of its token where that is near."""
        final = super().finalize_response(request, response, *args, **kwargs)
        # Not `request.auth`, which would ask a database again that is away.
        token = getattr(request, "_auth", None)
        if isinstance(token, ApiToken) and (notice := expiry_notice(token)):
            final[EXPIRY_HEADER] = notice
        return final

    def look_up(self, **kwargs: Any) -> int:
        """Find what the URL names; returns the caller's role there.

        Raises:
            Missing: there is nothing, or the caller may not see it.
        """
        return Role.READER

    @property
    def token(self) -> ApiToken:
        """The token of the call."""
        return cast("ApiToken", self.request.auth)

    @property
    def person(self) -> User:
        """Whose token it is."""
        return self.token.user

    def body(self, form: Object) -> dict[str, Any]:
        """The body, read strictly as `form` says.

        Raises:
            DomainError: whatever is wrong with it.
        """
        document = read_json(self.request._request, SMALL)
        read: dict[str, Any] = form.read_whole(document)
        return read


@csrf_exempt
@login_not_required
def unknown_path(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """What stands behind every other path under /api/."""
    return exception_handler(Missing())
