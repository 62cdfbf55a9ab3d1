"""Pages show times in the reader's zone."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "ahnb-zone"


class TimeZoneMiddleware:
    """Activates the person's own zone, else the browser's (a cookie set by `page.js`), else UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(None):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, *args: Any) -> None:
        # Open views (health, login) must not load the person: the database may be away.
        own = request.user.time_zone if getattr(view, "login_required", True) else ""  # type: ignore[union-attr]
        for name in (own, request.COOKIES.get(COOKIE, "")):
            if zone := zone_named(name):
                timezone.activate(zone)
                return


def zone_named(name: str) -> ZoneInfo | None:
    """The zone with this IANA name; None for an empty or unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
