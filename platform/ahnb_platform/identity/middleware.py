"""What happens with every page of who is logged in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from . import sessions

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionLifeMiddleware:
    """Keeps a session that is used alive, up to its absolute end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            sessions.note_use(request)
        return self.get_response(request)
