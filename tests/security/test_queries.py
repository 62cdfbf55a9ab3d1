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
PAGE = "/projects/vision/digits/"
API = "/api/v1/projects/vision/digits/runs/"
# What each reads of its address, and on the API some that it does not know.
WORDS = {
    PAGE: ("q", "order", "cursor", "group", "cols", "add", "brush", "pick", "pin", "place"),
    API: ("q", "order", "cursor", "sort", "page", "columns", "group", "metric", "format", "find"),
}
UNDERSTOOD = {200, 302, 304, 400, 404, 410, 414, 422}


def asked(world: World, path: str, **query: Any) -> Any:
    """The owner's answer, by browser or by token; of the page the part that shows the runs."""
    address = f"{path}?{urlencode(query)}"
    if path.startswith("/api"):
        return cast.Api(world.token("owner")).get(address)
    return world.browser("owner").get(address, headers={"HX-Request": "true"})


@pytest.mark.parametrize("path", [PAGE, API])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_word_of_an_address_becomes_sql(world: World, path: str, text: str) -> None:
    before = Run.objects.count()
    for word in WORDS[path]:
        assert asked(world, path, **{word: text}).status_code in UNDERSTOOD, word
    assert Run.objects.count() == before


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_the_whole_page_takes_them_as_well(world: World, text: str) -> None:
    browser = world.browser("owner")
    assert browser.get(f"{PAGE}?{urlencode({'q': text})}").status_code in UNDERSTOOD


@given(st.dictionaries(st.sampled_from(WORDS[PAGE]), st.text(max_size=60), max_size=4))
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
