"""Which request is being answered: its id and its sender's address."""

import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ahnb_platform.monitoring.answers import tell

# An id from outside is taken over when it is short and harmless in a log line.
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")


@dataclass(frozen=True)
class RequestInfo:
    """What an event or a log line says of the request; both empty outside one."""

    id: str = ""
    ip: str = ""


NONE = RequestInfo()
_current: ContextVar[RequestInfo] = ContextVar("request_info", default=NONE)


def current() -> RequestInfo:
    """The request that is being answered."""
    return _current.get()


class RequestIdMiddleware:
    """Gives each request an id, which the answer carries as `X-Request-ID`, and tells of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        info = RequestInfo(id=request_id(request.META), ip=_sender(request))
        began = time.perf_counter()
        mark = _current.set(info)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = info.id
            tell(request, response, time.perf_counter() - began)
        finally:
            _current.reset(mark)
        return response


def request_id(meta: Mapping[str, Any]) -> str:
    """The id that the sender gave, or a new one."""
    stated = meta.get("HTTP_X_REQUEST_ID", "")
    return stated if SAFE_ID.fullmatch(stated) else uuid4().hex


def _sender(request: HttpRequest) -> str:
    """The sender's address; behind a proxy, the one that the proxy itself saw."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        address = forwarded or address
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
