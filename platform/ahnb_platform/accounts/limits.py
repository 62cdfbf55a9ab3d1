"""How often somebody may try: allauth counts, in the cache that all processes share."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse

from ahnb_platform.web.errors import error_page

RETRY_SECONDS = 300


def too_many(request: HttpRequest) -> HttpResponse:
    """The page for who tried too often; says when to come back."""
    response = error_page(request, 429, "Wait a few minutes, then try again.")
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def limited(request: HttpRequest, action: str, key: str) -> HttpResponse | None:
    """Count one attempt at `action` (of ACCOUNT_RATE_LIMITS); a page when it is one too many."""
    allowed = ratelimit.consume(request, action=action, key=key)
    return None if allowed else too_many(request)
