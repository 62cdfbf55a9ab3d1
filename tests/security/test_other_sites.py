"""What pages of other sites can make a browser do: nothing."""

from typing import Any

import pytest

from tests.house.routes.table import API_LINES, LINES, PAGE_LINES, Line
from tests.house.routes.world import World

EVIL = "https://evil.example"
# Mail programs send it without a page (RFC 8058); its address is signed.
SIGNED = "/unsubscribe/<signed>/"
FORMS = [
    line for line in PAGE_LINES if line.method == "POST" and line.succeeds and line.route != SIGNED
]
PAGES = [line for line in PAGE_LINES if line.method == "GET" and line.stated("owner") == "200"]
WRITES = [line for line in API_LINES if line.method not in {"GET"} and line.succeeds]


def sent(world: World, line: Line, **headers: str) -> Any:
    """A form that another site has the owner's browser send."""
    browser = world.strict_browser("owner")
    return browser.post(world.path(line), world.form(line, "owner"), headers=headers)


@pytest.mark.parametrize("line", FORMS, ids=str)
def test_no_form_of_another_site_is_taken(world: World, line: Line) -> None:
    """Of a form that leaves its secret out: tests/house/test_routes_doors.py."""
    assert sent(world, line, Origin=EVIL, Referer=f"{EVIL}/page").status_code == 403


@pytest.mark.parametrize("line", WRITES[::4], ids=str)
def test_the_api_takes_no_cookie(world: World, line: Line) -> None:
    answer = world.strict_browser("owner").generic(
        line.method, world.path(line), b"{}", "application/json", headers={"Origin": EVIL}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("line", LINES[::15], ids=str)
def test_no_other_origin_may_read(world: World, line: Line) -> None:
    answer = world.strict_browser("owner").generic(
        "OPTIONS",
        world.path(line),
        headers={"Origin": EVIL, "Access-Control-Request-Method": line.method},
    )
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("line", PAGES[::3], ids=str)
def test_a_page_is_framed_and_kept_by_nobody(world: World, line: Line) -> None:
    answer = world.call(line, "owner")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    kept = answer["Cache-Control"]
    assert "no-store" in kept or "private" in kept
    assert "HX-Request" in answer["Vary"]


def test_htmx_runs_no_text_and_keeps_no_history(world: World) -> None:
    page = world.browser("owner").get("/").content.decode()
    for setting in ('"allowEval":false', '"selfRequestsOnly":true', '"historyCacheSize":0'):
        assert setting in page


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "testserver:x", ""])
def test_another_host_is_refused(world: World, host: str) -> None:
    for path in ("/", "/api/v1/me/"):
        answer = world.browser("owner").get(path, headers={"Host": host or "a b"})
        assert answer.status_code == 400
