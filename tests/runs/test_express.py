"""The short way of plain batches: it answers as Django does, and leaves the rest to Django."""

import gzip
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application

from ahnb_platform.accounts import teams, tokens
from ahnb_platform.accounts.models import ApiToken, Scope
from runs import services
from runs.api.express import ExpressLane
from runs.models import Run
from tests import cast

from .batches import batch, points, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("transactional_db")]

Answer = tuple[int, dict[str, str], Any]


class Road:
    """The lane in front of Django; `through` counts the calls that went on to Django."""

    def __init__(self, run: Run, token: str) -> None:
        self.path = f"/api/v1/runs/{run.id}/batches/"
        self.token = token
        self.django = get_wsgi_application()
        self.lane = ExpressLane(self.on_to_django)
        self.through = 0

    def on_to_django(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.through += 1
        return self.django(environ, start_response)

    def send(self, document: Any, **more: str) -> Answer:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "HTTP_HOST": "localhost",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            **more,
        }
        said: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            said.update(status=int(status.split()[0]), headers=dict(headers))

        content = b"".join(self.lane(environ, start_response))
        return said["status"], said["headers"], json.loads(content)


@pytest.fixture
def run(digits, bob) -> Run:
    return cast.make_run(digits, bob)


@pytest.fixture
def road(run, bob) -> Road:
    """A road on which the first batch made token and run known."""
    road = Road(run, cast.token_of(bob))
    road.writer = uuid.uuid4()
    assert road.send(batch(1, road.writer, **points("loss", 1.0)))[0] == 200
    assert road.through == 1
    return road


def next_batch(road: Road, seq: int = 2, **parts: Any) -> dict[str, Any]:
    return batch(seq, road.writer, **(parts or points("loss", 1.0, 2.0)))


def test_a_plain_batch_of_a_known_run_does_not_pass_django(road: Road, run: Run) -> None:
    status, _, answer = road.send(next_batch(road))
    assert (status, answer) == (200, {"acked": 2, "duplicate": False, "rejected": []})
    assert road.through == 1
    assert stored(run) == [(0.0, 1.0), (0.0, 1.0), (1.0, 2.0)]


def test_both_ways_answer_alike(road: Road, bob) -> None:
    document = next_batch(road)
    _, short, _ = road.send(document)
    before = road.through
    # Another content type for the same thing is not plain.
    _, long, answer = road.send(document, CONTENT_TYPE="application/json; charset=utf-8")
    assert road.through == before + 1
    assert answer["duplicate"]
    for headers in (short, long):
        assert uuid.UUID(headers.pop("X-Request-ID"))
        headers.pop("Content-Length")
    assert short == long


def test_a_repeat_is_told_as_one(road: Road) -> None:
    document = next_batch(road)
    road.send(document)
    assert road.send(document)[2] == {"acked": 2, "duplicate": True, "rejected": []}
    other = next_batch(road, **points("loss", 9.0))
    status, _, answer = road.send(other)
    assert (status, answer["code"]) == (409, "seq-reused")


def test_what_is_refused_by_item_is_told(road: Road) -> None:
    answer = road.send(next_batch(road, **points("loss", 1.0, "x")))[2]
    assert [entry["code"] for entry in answer["rejected"]] == ["bad-value"]
    assert road.through == 1


def test_gzip_is_read(road: Road, run: Run) -> None:
    body = gzip.compress(json.dumps(next_batch(road)).encode())
    assert road.send(body, HTTP_CONTENT_ENCODING="gzip")[0] == 200
    assert road.through == 1
    assert len(stored(run)) == 3


@pytest.mark.parametrize(
    ("body", "more", "status", "code"),
    [
        (b"{", {}, 400, "malformed-json"),
        (b"[]", {}, 400, "not-an-object"),
        (b'{"seq": 1}', {}, 400, "bad-writer"),
        (b'{"a": NaN}', {}, 400, "non-finite-literal"),
        (b"xx", {"HTTP_CONTENT_ENCODING": "gzip"}, 400, "malformed-gzip"),
        (b"{}", {"CONTENT_LENGTH": "99"}, 400, "short-body"),
        (b"{}", {"CONTENT_LENGTH": "9999999999"}, 413, "too-large"),
        (b"{}", {"CONTENT_LENGTH": "-1"}, 400, "bad-length"),
        (b"{}", {"CONTENT_TYPE": "text/plain"}, 415, "unsupported-media-type"),
        (b"{}", {"HTTP_CONTENT_ENCODING": "br"}, 415, "unsupported-encoding"),
        (b"{}", {"HTTP_HOST": "elsewhere.example"}, 400, "bad-request"),
        (b"{}", {"HTTP_AUTHORIZATION": "Basic eDp5"}, 401, "unauthenticated"),
        (b"{}", {"HTTP_AUTHORIZATION": ""}, 401, "unauthenticated"),
    ],
)
def test_what_is_not_plain_is_djangos(road: Road, body, more, status, code) -> None:
    found, _, answer = road.send(body, **more)
    assert (found, answer["code"], road.through) == (status, code, 2)


@pytest.mark.parametrize(
    "spelling",
    [str.upper, lambda text: text.replace("-", "") + "----", lambda text: "{" + text[:35]],
)
def test_other_spellings_of_an_id_are_no_address(road: Road, run: Run, spelling) -> None:
    road.path = f"/api/v1/runs/{spelling(str(run.id))}/batches/"
    assert road.send(next_batch(road))[0] == 404
    assert len(stored(run)) == 1


def test_a_proxy_that_speaks_https_takes_the_short_way(road: Road, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert road.send(next_batch(road), HTTP_X_FORWARDED_PROTO="https")[0] == 200
    assert road.through == 1


def test_a_removed_member_stores_nothing_more(road: Road, run: Run, vision, bob, alice) -> None:
    teams.remove_member(team=vision, user=bob, by=alice)
    assert road.send(next_batch(road))[0] == 404
    assert len(stored(run)) == 1


def test_a_revoked_token_stores_nothing_more(road: Road, run: Run, bob) -> None:
    tokens.revoke_token(token=ApiToken.objects.get(user=bob), by=bob)
    assert road.send(next_batch(road))[0] == 401
    assert len(stored(run)) == 1


def test_a_run_in_the_trash_takes_nothing(road: Road, run: Run, bob) -> None:
    services.trash_run(run=run, by=bob)
    status, _, answer = road.send(next_batch(road))
    assert (status, answer["code"]) == (410, "run-trashed")
    services.restore_run(run=run, by=bob)
    assert road.send(next_batch(road))[0] == 200


def test_a_token_for_reading_may_not_write(run: Run, bob) -> None:
    road = Road(run, cast.token_of(bob, scopes=[Scope.READ]))
    road.writer = uuid.uuid4()
    for _ in range(2):
        assert road.send(next_batch(road, 1))[0] == 403
    assert road.through == 2


def test_a_token_of_another_project_sees_nothing(run: Run, vision, bob, road: Road) -> None:
    elsewhere = cast.make_project(vision, "elsewhere", bob)
    road.token = cast.token_of(bob, project=elsewhere)
    for _ in range(2):
        assert road.send(next_batch(road))[0] == 404
