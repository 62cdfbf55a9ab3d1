"""Headers as a scanner would judge them: at least 130 by the table, nothing unsafe anywhere."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.observatory import directives, points, score
from tests.house.routes.answers import body_of
from tests.house.routes.table import LINES
from tests.house.routes.world import World, undone

ROOT = Path(__file__).parents[2]
LEAST = 130
GOOD = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
READING = [line for line in LINES if line.method == "GET" and line.stated("owner") == "200"]


def test_score_of_a_server_behind_tls_is_at_least_130() -> None:
    """In a process of its own, as settings are made once."""
    command = [sys.executable, "-m", "benchmarks.headers"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    scores = [int(found) for found in re.findall(r"\): (\d+) ", done.stdout)]
    assert len(scores) == 3
    assert min(scores) >= LEAST


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 160),
        ({"Content-Security-Policy": ""}, 55),
        ({"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}, 60),
        ({"Strict-Transport-Security": ""}, 80),
        ({"Access-Control-Allow-Origin": "*"}, 50),
        ({"Cross-Origin-Embedder-Policy": ""}, 150),
    ],
)
def test_score_is_that_of_the_table(changed: dict[str, str], expected: int) -> None:
    cookie = "a=b; Secure; HttpOnly; SameSite=Lax"
    assert score(points(GOOD | changed, [cookie])) == expected


@pytest.mark.parametrize("cookie", ["a=b", "a=b; Secure; SameSite=Lax"])
def test_weak_cookie_costs_more_than_all_bonuses(cookie: str) -> None:
    assert score(points(GOOD, [cookie])) < LEAST


def headers_of(world: World, line: Any) -> dict[str, str]:
    with undone():
        answer = world.call(line, "owner")
        body_of(answer)
    return dict(answer.headers)


def test_no_answer_allows_anything_unsafe(world: World) -> None:
    weak = {}
    for line in READING:
        headers = headers_of(world, line)
        policy = directives(headers.get("Content-Security-Policy", ""))
        sources = [source for listed in policy.values() for source in listed]
        if not policy or any("unsafe" in one or one in ("*", "http:", "https:") for one in sources):
            weak[str(line)] = headers.get("Content-Security-Policy")
        if headers.get("Cross-Origin-Resource-Policy") != "same-origin":
            weak[str(line)] = "may be embedded"
    assert weak == {}
