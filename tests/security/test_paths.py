"""No address leads to a file that is not the product's."""

import os
import sysconfig
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve

from tests import cast
from tests.house.routes.table import LINES, Line
from tests.house.routes.world import World

from .opened import opened

STEPS = ("../", "..\\", "..//", "....//", ".././", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f")
TARGETS = ("etc/passwd", "proc/self/environ")
PAYLOADS = [
    *(step * 8 + target for step in STEPS for target in TARGETS),
    *(f"{sign}/../../../../etc/passwd" for sign in ";#?&|"),
    *("/etc/passwd", "//etc/passwd", "//proc/self/root/etc/passwd", "file:///etc/passwd"),
    *(
        "\\\\host\\share\\file",
        "C:\\Windows\\win.ini",
        "C:/boot.ini",
        "dbfs:/etc/passwd",
        "~/.ssh/id_rsa",
    ),
    *("..", ".", "...", "\0", "a\0/etc/passwd", "%00", "..%c0%af..%c0%afetc/passwd"),
    *("a" * 4096, "../" * 1365, "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")),
]
ROOT = Path(__file__).parents[2]
# Code, templates, static files, certificates of the system, and what lies in the data directory.
ALLOWED = tuple(
    os.path.realpath(path)
    for path in (
        ROOT,
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
        settings.DATA_DIR,
        tempfile.gettempdir(),
        "/usr/share/zoneinfo",
        "/dev/null",
        "/dev/urandom",
    )
)
UNDERSTOOD = {200, 301, 302, 400, 401, 403, 404, 405, 410, 422}
SPEAKING = [line for line in LINES if line.arguments and line.method == "GET"]


def is_ours(name: str) -> bool:
    return os.path.realpath(name).startswith(ALLOWED)


def asked(world: World, line: Line, argument: str, payload: str) -> Any:
    """The answer to the payload in the place of one argument of the path."""
    return world.call(line, "owner", **{argument: quote(payload, safe="%")})


def is_taken(world: World, line: Line, argument: str, payload: str) -> bool:
    """Whether a route of ours sees the payload; what none takes is tried once for all, below."""
    path = world.path(line, **{argument: quote(payload, safe="%")}).partition("?")[0]
    try:
        return bool(resolve(unquote(path)))
    except Resolver404:
        return False


def test_there_are_forty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 40


@pytest.mark.parametrize("line", SPEAKING, ids=str)
def test_no_argument_of_a_path_opens_a_foreign_file(world: World, line: Line) -> None:
    # Each argument meets a third of the payloads, all arguments together all of them many times.
    with opened() as names:
        for place, argument in enumerate(line.arguments):
            for payload in PAYLOADS[place % 3 :: 3]:
                if not is_taken(world, line, argument, payload):
                    continue
                answer = asked(world, line, argument, payload)
                assert answer.status_code in UNDERSTOOD, payload
                assert b"root:" not in getattr(answer, "content", b"")
    assert [name for name in names if not is_ours(name)] == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_route_takes_a_path_that_leads_out(world: World, payload: str) -> None:
    with opened() as names:
        for begin in ("/", "/projects/", "/runs/", "/api/v1/", "/api/v1/runs/", "/account/"):
            path = f"{begin}{quote(payload, safe='%')}/"
            assert world.browser("owner").get(path).status_code in UNDERSTOOD, path
    assert [name for name in names if not is_ours(name)] == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_name_of_a_file_leads_out(world: World, payload: str) -> None:
    api = cast.Api(world.token("owner"))
    run_id = world.real["run_id"]
    with opened() as names:
        for path in (
            f"/api/v1/runs/{run_id}/artifacts/?name={quote(payload)}",
            f"/runs/{run_id}/files/?name={quote(payload)}&find={quote(payload)}",
            f"/static/{quote(payload, safe='%')}",
        ):
            answer = api.get(path) if path.startswith("/api") else world.browser("owner").get(path)
            assert answer.status_code in {200, 301, 302, 400, 404, 405, 422}, path
    assert [name for name in names if not is_ours(name)] == []
