"""`/metrics`, for Prometheus."""

from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ahnb_platform.api.authentication import bearer
from ahnb_platform.api.problems import problem

from . import counting, numbers

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers of the server, for who has AHNB_METRICS_TOKEN; without one there is no such page."""
    if counting.METERS is None:
        return problem(404)
    given = bearer(request.headers.get("Authorization", "")) or ""
    if not compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        response = problem(401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    text = counting.METERS.written() + numbers.written().encode()
    return HttpResponse(text, content_type=CONTENT_TYPE)
