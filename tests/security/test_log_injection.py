"""S22: what others send stands in the log on one line, escaped, and no secret stands there."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests as http
from django.conf import settings
from django.test import Client, override_settings

from ahnb_platform.logs import JsonFormatter, LineFormatter

from .. import cast
from ..live import running_server

FORGED = "/projects/a%0d%0a2026-01-01 ERROR forged%1b[31m/b%e2%80%a8/"
TOKEN = "ahnb_0123456789_" + "ab" * 32
Written = Callable[[], list[str]]


@pytest.fixture(params=[JsonFormatter, LineFormatter], ids=["json", "text"])
def written(request: pytest.FixtureRequest) -> Iterator[Written]:
    """What the log says, in one of its two forms."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    logging.getLogger().addHandler(handler)
    yield lambda: stream.getvalue().splitlines()
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_path_with_line_ends_and_escapes_is_one_line(written: Written) -> None:
    with override_settings(ACCESS_LOG="all"):
        Client().get(FORGED, headers={"User-Agent": "x\x1b[2J"})
    lines = written()
    assert lines
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u2028" not in text
    assert not any(line.startswith("2026-01-01 ERROR forged") for line in lines)


@pytest.mark.parametrize("sign", ["\r", "\n", "\x1b", "\x00", "\x85", "\u2028", "\x7f"])
def test_message_with_a_control_sign_is_one_line(written: Written, sign: str) -> None:
    logging.getLogger("test").warning(
        "name %s of a run", f"a{sign}b", extra={"fields": {"n": sign}}
    )
    [line] = written()
    assert sign not in line


def test_traceback_cannot_forge_a_line(written: Written) -> None:
    try:
        raise ValueError(f"bad\n2026-01-01 ERROR forged {TOKEN}")
    except ValueError:
        logging.getLogger("test").exception("it failed")
    lines = written()
    assert not any(line.startswith("2026-01-01 ERROR forged") for line in lines)
    assert "abab" not in "\n".join(lines)


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "whsec_c2VjcmV0LXNlY3JldA",
        "postgresql://ahnb:c2VjcmV0@db/ahnb",
        "/account/link/c2VjcmV0/",
        "/unsubscribe/c2VjcmV0/",
        "Authorization: Bearer c2VjcmV0",
    ],
)
def test_secret_is_cut_out(written: Written, secret: str) -> None:
    logging.getLogger("test").warning("got %s", secret)
    [line] = written()
    assert "***" in line
    assert "c2VjcmV0" not in line
    assert "abab" not in line


@pytest.mark.django_db
def test_error_page_names_the_request() -> None:
    answer = Client().get("/account/link/nothing/", headers={"X-Request-ID": "my-own-request-id"})
    assert answer["X-Request-ID"] == "my-own-request-id"
    missing = Client().get("/nothing/", headers={"X-Request-ID": "<b>my-own</b>"})
    assert missing.status_code == 404
    assert missing["X-Request-ID"] in missing.content.decode()
    assert "my-own" not in missing["X-Request-ID"]


@pytest.mark.django_db(transaction=True)
def test_server_in_production_writes_json_and_names_requests_alike_everywhere(
    tmp_path: Path, django_db_setup: None
) -> None:
    alice = cast.make_person("alice@example.org")
    token = cast.token_of(alice)
    environment = {"AHNB_PUBLIC_URL": "http://ahnb.example.org", "AHNB_PLAIN_HTTP": "1"}
    known = {"X-Request-ID": "my-own-request-id", "Host": "ahnb.example.org"}
    with running_server(tmp_path, **environment) as server:
        me = http.get(
            f"{server.url}/api/v1/me/?token={TOKEN}",
            headers={"Authorization": f"Bearer {token}", "Host": "ahnb.example.org"},
            timeout=30,
        )
        problem = http.get(f"{server.url}/api/v1/nothing/", headers=known, timeout=30)
    assert me.status_code == 200
    assert problem.json()["request_id"] == problem.headers["X-Request-ID"] == "my-own-request-id"
    log = (tmp_path / "server.log").read_text()
    told = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    answers = {one["route"]: one for one in told if one["message"] == "answered"}
    assert answers["/api/v1/me/"]["status"] == 200
    assert answers["/api/v1/me/"]["request_id"] == me.headers["X-Request-ID"]
    assert answers["/api/v1/me/"]["bytes"] == len(me.content)
    assert answers["/api/v1/me/"]["ms"] > 0
    assert any(one.get("request_id") == "my-own-request-id" for one in told)
    for secret in (token, TOKEN, settings.SECRET_KEY):
        assert secret not in log
