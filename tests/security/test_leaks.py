"""S24: what a stranger learns of the server itself is nothing."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from ahnb_platform.accounts.models import User

from .. import cast
from ..live import running_server

VERSIONED = re.compile(r"(granian|django|python|postgres|ahnb)\W?v?\d|(django|python|postgres)")

pytestmark = pytest.mark.django_db


@login_not_required
def broken(_request: HttpRequest) -> HttpResponse:
    raise ValueError("canary of the fault")


urlpatterns = [
    path("broken/", broken),
    path("api/v1/broken/", broken),
    path("", include("ahnb_platform.urls")),
]
handler500 = "ahnb_platform.web.errors.server_error"


@pytest.mark.parametrize("place", ["/metrics", "/api/v1/schema/", "/admin/", "/debug/", "/.env"])
def test_closed_places_say_nothing(place: str) -> None:
    answer = Client().get(place)
    assert answer.status_code in (302, 401, 404)
    assert "ahnb_points_total" not in answer.content.decode()
    assert "openapi" not in answer.content.decode()


def test_numbers_do_not_exist_without_a_token(alice: User) -> None:
    assert cast.api_of(alice).get("/metrics").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_no_header_names_a_version(django_db_setup: None, tmp_path: Path) -> None:
    with running_server(tmp_path, AHNB_DEBUG="1") as server:
        for place in ("/api/v1/nothing/", "/nothing/", "/healthz", "/account/login/"):
            answer = requests.get(f"{server.url}{place}", timeout=30)
            told = " ".join(f"{name}: {value}" for name, value in answer.headers.items()).lower()
            assert not VERSIONED.search(told), place
            assert "x-powered-by" not in told


@pytest.mark.parametrize("place", ["/broken/", "/api/v1/broken/"])
def test_fault_of_the_server_tells_its_request_and_no_more(
    place: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = __name__
    browser = Client(raise_request_exception=False)
    answer = browser.get(place, headers={"X-Request-ID": "my-own-request-id"})
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "my-own-request-id" in text
    for word in ("canary", "ValueError", "Traceback", "test_leaks", "/work", "site-packages"):
        assert word not in text
    assert "canary" in caplog.text


def test_repository_ships_no_secret() -> None:
    """No token, key or link stands in what is shipped."""
    root = Path(__file__).resolve().parents[2]
    shipped = [*root.glob("deploy/**/*"), *root.glob("docs/**/*.md"), root / "README.md"]
    for file in filter(Path.is_file, shipped):
        assert b"BEGIN PRIVATE KEY" not in file.read_bytes(), file
