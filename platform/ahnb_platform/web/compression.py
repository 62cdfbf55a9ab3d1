"""Pages in a few bytes: Brotli where the browser takes it, else gzip."""

from __future__ import annotations

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

SMALLEST_BYTES = 500
# Of 0 to 11; beyond it a page costs more time here than it saves on the way. Of large ones the
# time counts for more.
QUALITY, QUICK = 4, 1
LARGE_BYTES = 500_000


class CompressionMiddleware(GZipMiddleware):
    """Compresses answers to GET: HTML, JSON and other text; what is streamed as gzip.

    Against attacks that guess a secret from sizes (BREACH, https://breachattack.com): the CSRF
    token is masked anew in every page, and answers to forms, which may show a new token once, stay
    as they are.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.method != "GET" or not _is_text(response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if not isinstance(response, HttpResponse) or not _takes_brotli(request):
            return super().process_response(request, response)
        if len(response.content) >= SMALLEST_BYTES and not response.has_header("Content-Encoding"):
            quality = QUICK if len(response.content) > LARGE_BYTES else QUALITY
            response.content = brotli.compress(response.content, quality=quality)
            response["Content-Length"] = str(len(response.content))
            response["Content-Encoding"] = "br"
        return response


def _is_text(response: HttpResponseBase) -> bool:
    kind = response.headers.get("Content-Type", "")
    return kind.startswith("text/") or "json" in kind or "svg" in kind


def _takes_brotli(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept-Encoding", "")
    return any(part.strip() == "br" for part in accepted.split(","))
