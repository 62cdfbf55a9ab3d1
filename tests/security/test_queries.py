"""Queries, orders and filters that mean to be SQL, regular expressions or endless work."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.models import Run
from tests import cast
from tests.house.routes.world import World

INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE runs_run; --",
    '" OR 1=1 --',
    "1); SELECT pg_sleep(5); --",
    "id) UNION SELECT digest FROM accounts_apitoken --",
    'name"; SELECT 1',
    "params__lr__isnull",
    "project__team__memberships__user__password",
    "-number,password",
    "?",
    "%(x)s",
    "{0.__class__}",
    'metrics."a\\"; b" > 1',
    "(" * 2_000,
    "a = 1 and " * 3_000 + "a = 1",
    "(a+)+$" * 50,
    "1e999999",
    "-" * 5_000 + "1",
    "\u0000",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]
WORDS = ("q", "sort", "order", "page", "columns", "group", "metric", "x", "y", "color", "find")
PAGE = "/projects/vision/digits/"
API = "/api/v1/projects/vision/digits/runs/"
UNDERSTOOD = {200, 302, 304, 400, 404, 410, 414, 422}


def asked(world: World, path: str, **query: Any) -> Any:
    """The owner's answer, by browser or by token."""
    address = f"{path}?{urlencode(query)}"
    if path.startswith("/api"):
        return cast.Api(world.token("owner")).get(address)
    return world.browser("owner").get(address)


@pytest.mark.parametrize("path", [PAGE, API])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_word_of_an_address_becomes_sql(world: World, path: str, text: str) -> None:
    before = Run.objects.count()
    for word in WORDS:
        assert asked(world, path, **{word: text}).status_code in UNDERSTOOD, word
    assert Run.objects.count() == before


@given(st.dictionaries(st.sampled_from(WORDS), st.text(max_size=60), max_size=4))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_address_has_an_answer(world: World, query: dict[str, str]) -> None:
    for path in (PAGE, API):
        assert asked(world, path, **query).status_code in UNDERSTOOD


@pytest.mark.parametrize("word", ["order", "sort", "columns", "fields"])
def test_an_unknown_column_is_told(world: World, word: str) -> None:
    answer = asked(world, API, **{word: "password"})
    assert answer.status_code in {400, 422}, (word, answer.status_code)
    assert answer.json()["code"]
