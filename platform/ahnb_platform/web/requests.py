"""Which request is being answered: its id and its sender's address."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class RequestInfo:
    """What an event or a log line says of the request; both empty outside one."""

    id: str = ""
    ip: str = ""


_current: ContextVar[RequestInfo] = ContextVar("request_info", default=RequestInfo())


def current() -> RequestInfo:
    """The request that is being answered."""
    return _current.get()


class RequestIdMiddleware:
    """Gives each request an id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        info = RequestInfo(id=uuid4().hex, ip=request.META.get("REMOTE_ADDR", ""))
        mark = _current.set(info)
        try:
            return self.get_response(request)
        finally:
            _current.reset(mark)
