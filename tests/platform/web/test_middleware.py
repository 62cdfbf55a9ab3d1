"""Errors, headers and time zones of pages."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import timezone

from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Conflict, Gone, Invalid, Missing, NotAllowed
from ahnb_platform.web import errors
from projects.models import Project

from ...cast import client_of

REFUSALS: dict[str, Exception] = {
    "invalid": Invalid("The name is too long."),
    "missing": Missing(),
    "not-allowed": NotAllowed("You need the role “editor” for this."),
    "gone": Gone("It lies in the trash."),
    "conflict": Conflict("That name is taken."),
    "away": OperationalError("connection refused"),
    "closed": InterfaceError("connection already closed"),
    "cut": DatabaseError("error with status PGRES_TUPLES_OK and no message from the libpq"),
    "denied": PermissionDenied(),
    "broken": ZeroDivisionError(),
}


def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    raise REFUSALS[kind]


refuse.login_required = False  # type: ignore[attr-defined]

urlpatterns = [path("refuse/<slug:kind>/", refuse), path("api/refuse/<slug:kind>/", refuse)]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error

refusing = override_settings(ROOT_URLCONF=f"{__name__}")


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("invalid", 422, "The name is too long."),
        ("missing", 404, "There is nothing here, or you may not see it."),
        ("not-allowed", 403, "You need the role “editor”"),
        ("gone", 410, "It lies in the trash."),
        ("conflict", 409, "That name is taken."),
        ("away", 503, "The database is not answering"),
        ("closed", 503, "The database is not answering"),
        ("cut", 503, "The database is not answering"),
        ("denied", 403, "Ask an owner of the team"),
        ("broken", 500, "Something broke on our side"),
    ],
)
@refusing
def test_refusals_become_pages_with_their_status(kind: str, status: int, words: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/refuse/{kind}/")
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@refusing
def test_htmx_gets_a_message_instead_of_a_page() -> None:
    answer = Client().get("/refuse/conflict/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#messages"
    assert "<html" not in answer.content.decode()


@refusing
def test_the_api_is_left_to_its_own_errors() -> None:
    answer = Client(raise_request_exception=False).get("/api/refuse/conflict/")
    assert b"That contradicts" not in answer.content


@refusing
def test_a_page_without_a_database_says_when_to_come_back() -> None:
    assert Client().get("/refuse/away/")["Retry-After"] == "5"


def test_wrong_method_is_a_page_that_names_the_right_ones(alice: User) -> None:
    answer = client_of(alice).get(f"/runs/{uuid.uuid4()}/place/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "does not work that way" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_plain_words(alice: User, digits: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"{digits.get_absolute_url()}bulk/", {"act": "trash"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_answers_are_private_and_powerless(alice: User) -> None:
    answer = client_of(alice).get("/")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "HX-Request" in answer["Vary"]
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("own", "cookie", "expected"),
    [
        ("Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"),
        ("", "Europe/Berlin", "Europe/Berlin"),
        ("", "../../etc/passwd", "UTC"),
        ("No/Where", "", "UTC"),
    ],
)
def test_times_are_in_the_persons_zone_else_the_browsers(
    alice: User, own: str, cookie: str, expected: str
) -> None:
    from ahnb_platform.web.timezones import TimeZoneMiddleware

    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        middleware.process_view(request, view, (), {})
        seen["zone"] = timezone.get_current_timezone_name()
        return HttpResponse()

    middleware = TimeZoneMiddleware(view)
    alice.time_zone = own
    request = RequestFactory().get("/")
    request.user = alice
    request.COOKIES["ahnb-zone"] = cookie
    middleware(request)
    assert seen["zone"] == expected
    assert timezone.get_current_timezone_name() == "UTC"
