"""Plain batches on a short way, in front of Django.

Points come in hundreds of times a second while everything else about a run is known: its token
was verified and its run looked up less than half a second ago. Then Django's handler, its
middleware and DRF's view would cost more than storing the batch does. Whatever is not plain (an
unknown token, a missing run, a fault in the body, a database that is away) goes on to them with
its body, and they decide as if nobody had looked. That is safe as a batch is stored exactly once.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils.module_loading import import_string

from ahnb_platform.accounts.models import ApiToken
from ahnb_platform.accounts.tokens import EXPIRY_HEADER, expiry_notice, remembered_token
from ahnb_platform.api import strictjson
from ahnb_platform.api.answers import dumps
from ahnb_platform.api.authentication import bearer
from ahnb_platform.api.bodies import INGEST, inflated
from ahnb_platform.api.permissions import WRITE
from ahnb_platform.monitoring.answers import told
from ahnb_platform.monitoring.counting import count_batch
from ahnb_platform.web.requests import request_id

from .. import services
from ..ingest.target import Target, remembered_target

BEFORE, AFTER = "/api/v1/runs/", "/batches/"
LENGTH = len(BEFORE) + 36 + len(AFTER)
ROUTE = f"{BEFORE}<run_id>{AFTER}"
STATUS = f"{HTTPStatus.OK.value} {HTTPStatus.OK.phrase}"

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class ExpressLane:
    """A WSGI application that stores plain batches itself and hands all else to `application`."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not _is_plain_call(environ):
            return self.application(environ, start_response)
        caller = _known_caller(environ)
        if caller is None:
            return self.application(environ, start_response)
        began = time.perf_counter()
        body: bytes = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        answer = _stored(environ, *caller, body)
        if answer is None:
            environ["wsgi.input"] = io.BytesIO(body)
            return self.application(environ, start_response)
        start_response(
            STATUS,
            [
                *_usual_headers(_scheme(environ)),
                ("X-Request-ID", request_id(environ)),
                ("Content-Length", str(len(answer))),
                *_expiry(caller[0]),
            ],
        )
        told("POST", ROUTE, HTTPStatus.OK, time.perf_counter() - began, len(answer))
        return [answer]


def _is_plain_call(environ: Environ) -> bool:
    """Whether it is a batch as clients send it, under an address of ours."""
    path: str = environ["PATH_INFO"]
    length: str = environ.get("CONTENT_LENGTH") or ""
    return (
        len(path) == LENGTH
        and path.startswith(BEFORE)
        and path.endswith(AFTER)
        and environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == "application/json"
        and environ.get("HTTP_CONTENT_ENCODING", "") in ("", "gzip")
        and length.isascii()
        and length.isdigit()
        and int(length) <= INGEST
        and (_scheme(environ) == "https" or not settings.SECURE_SSL_REDIRECT)
        and _is_our_host(environ.get("HTTP_HOST", ""))
    )


def _scheme(environ: Environ) -> str:
    """How the caller came, by the word of a trusted proxy where there is one; as Django has it."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        if (stated := environ.get(name)) is not None:
            return "https" if stated.split(",", 1)[0].strip() == secure else "http"
    scheme: str = environ["wsgi.url_scheme"]
    return scheme


@lru_cache(maxsize=64)
def _is_our_host(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _known_caller(environ: Environ) -> tuple[ApiToken, Target] | None:
    """Who calls and for which run, where both were found a moment ago and may do this."""
    token = remembered_token(bearer(environ.get("HTTP_AUTHORIZATION", "")))
    if token is None:
        return None
    run_id = environ["PATH_INFO"][len(BEFORE) : -len(AFTER)]
    target = remembered_target(token.user, run_id, within=token.project_id)
    if target is None or not target.is_open or not WRITE.allows(token, target.role):
        return None
    return token, target


def _expiry(token: ApiToken) -> list[tuple[str, str]]:
    notice = expiry_notice(token)
    return [(EXPIRY_HEADER, notice)] if notice else []


def _stored(environ: Environ, token: ApiToken, target: Target, body: bytes) -> bytes | None:
    """The answer once the batch is committed; None where Django has to decide."""
    try:
        connection.close_if_unusable_or_obsolete()
        if len(body) != int(environ["CONTENT_LENGTH"]):
            return None
        if environ.get("HTTP_CONTENT_ENCODING"):
            body = inflated(body, INGEST)
        batch = strictjson.read(body)
        receipt = services.store_batch(run=target.key, batch=batch, by=token.user)
        count_batch(batch, receipt, int(environ["CONTENT_LENGTH"]))
        return dumps(receipt)
    except Exception:  # noqa: BLE001 - the other way meets it again, and answers it
        return None


@lru_cache(maxsize=2)
def _usual_headers(scheme: str) -> tuple[tuple[str, str], ...]:
    """What DRF and the API's middleware put on every answer, learnt from one empty answer."""

    def nothing(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(content_type="application/json", headers={"Allow": "POST"})

    answer: Callable[[HttpRequest], HttpResponse] = nothing
    for name in reversed(settings.API_MIDDLEWARE):
        answer = import_string(name)(answer)
    host = settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"{BEFORE}{UUID(int=0)}{AFTER}",
        "HTTP_HOST": host,
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(),
    }
    response = answer(WSGIRequest(environ))
    return tuple((name, value) for name, value in response.items() if name != "Content-Length")
