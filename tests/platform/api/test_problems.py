"""Every error under /api/ is a problem document, whatever goes wrong."""

import logging

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import override_settings

from ahnb_platform.api.permissions import ANY_TOKEN
from ahnb_platform.api.views import ApiView
from tests import cast

MEMBERS = {"type", "title", "status", "detail", "code", "request_id", "errors"}


def assert_problem(answer, status, code):
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document.keys() >= MEMBERS
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nowhere/", "/api/v1/me", "/api/v2/me/"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_404(path, method, db):
    assert_problem(Client().generic(method, path), 404, "not-found")


@pytest.mark.parametrize(
    "name", ["7", "-1", "1" * 31, "0192F3AA-0000-7000-8000-000000000001", "..", "%00", "é"]
)
def test_an_id_of_another_form_is_404(name, alice):
    assert_problem(cast.api_of(alice).get(f"/api/v1/runs/{name}/"), 404, "not-found")


def test_a_wrong_method_is_405_with_those_allowed(alice):
    answer = cast.api_of(alice).post("/api/v1/me/", {})
    assert_problem(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "GET, HEAD"


def test_the_method_cannot_be_overridden(alice, digits):
    answer = cast.api_of(alice).get(
        "/api/v1/projects/vision/digits/", headers={"X-HTTP-Method-Override": "PATCH"}
    )
    assert answer.status_code == 200


@override_settings(ALLOWED_HOSTS=["ahnb.example"])
def test_a_foreign_host_is_400(db):
    answer = Client().get("/api/v1/me/", headers={"Host": "evil.example"})
    assert_problem(answer, 400, "bad-request")


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("gone"),
        InterfaceError("closed"),
        DatabaseError("error with status PGRES_TUPLES_OK and no message from the libpq"),
    ],
)
def test_a_lost_database_is_503_with_a_time_to_wait(rf, alice, error):
    answer = raising(error)(authorized(rf, alice))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_database_that_is_away_while_authenticating_is_503(alice):
    api = cast.api_of(alice)
    with connection.execute_wrapper(refuse):
        assert_problem(api.get("/api/v1/me/"), 503, "unavailable")
        assert Client().get("/readyz").status_code == 503
        assert Client().get("/healthz").status_code == 200


def test_a_fault_of_our_own_is_500_without_a_word_of_it(rf, alice, caplog):
    with caplog.at_level(logging.ERROR):
        answer = raising(ZeroDivisionError("secret detail"))(authorized(rf, alice))
    assert answer.status_code == 500
    assert b"secret detail" not in answer.content
    assert "secret detail" in caplog.text


def test_head_is_get_without_a_body(alice):
    answer = cast.api_of(alice).request("HEAD", "/api/v1/me/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_answer_is_json_whatever_is_accepted(alice):
    answer = cast.api_of(alice).get("/api/v1/me/", headers={"Accept": "text/html"})
    assert answer["Content-Type"] == "application/json"


def test_a_safe_request_id_from_outside_is_kept(db):
    answer = Client().get("/healthz", headers={"X-Request-ID": "train-0001-abcdef"})
    assert answer["X-Request-ID"] == "train-0001-abcdef"


@pytest.mark.parametrize("stated", ["a", "x" * 65, "a b c d e f", "id\x1b[31mred", "<script>alert"])
def test_other_request_ids_are_replaced(stated, db):
    answer = Client().get("/healthz", headers={"X-Request-ID": stated})
    assert len(answer["X-Request-ID"]) == 32


def authorized(rf, user):
    return rf.get("/", headers={"Authorization": f"Bearer {cast.token_of(user)}"})


def raising(error):
    class Broken(ApiView):
        rights = {"GET": ANY_TOKEN}

        def get(self, request):
            raise error

    return Broken.as_view()


def refuse(*args):
    raise OperationalError("the server closed the connection unexpectedly")
