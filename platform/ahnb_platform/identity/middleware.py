"""What happens with every page of who is logged in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from . import sessions
from .factors.requirement import lacks_factor

GetResponse = Callable[[HttpRequest], HttpResponse]
# Where somebody without a second factor may go: to set one up, and out.
OPEN_PATHS = "/account/"
SET_UP = "Your team, or this server, asks for a second factor. Set one up to go on."


class SessionLifeMiddleware:
    """Keeps a session that is used alive, up to its absolute end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            sessions.note_use(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads who must have a second factor, and has none, to where it is set up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and not request.path.startswith(OPEN_PATHS)
            and self.lacks(request)
        ):
            messages.warning(request, SET_UP)
            return redirect("mfa_index")
        return self.get_response(request)

    def lacks(self, request: HttpRequest) -> bool:
        return lacks_factor(request.user, request.session.get(sessions.PROVIDER, ""))  # type: ignore[arg-type]
