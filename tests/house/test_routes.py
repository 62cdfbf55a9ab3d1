"""Every route of the server answers every caller as the table `routes/table.txt` states.

A route that is not in the table fails, and so does a line whose route is gone.
"""

import pytest
from django.urls import resolve

from .routes.answers import wrong_answers
from .routes.table import (
    ADMIN_LINES,
    CALLERS,
    LINES,
    TABLE,
    Line,
    by_route,
    lines_for,
    path_of,
    read_table,
    readable,
    route_of,
    served_routes,
)
from .routes.world import World, nothing


def missing_and_stale(table: list[Line], routes: list[str]) -> tuple[list[str], list[str]]:
    """The lines that the table lacks, and those that it has for nothing."""
    wanted = lines_for(routes)
    stated = {(line.method, line.route) for line in table if line not in ADMIN_LINES}
    return [" ".join(key) for key in sorted(wanted - stated)], [
        " ".join(key) for key in sorted(stated - wanted)
    ]


def test_every_route_and_method_has_a_line() -> None:
    missing, _ = missing_and_stale(TABLE, served_routes())
    assert not missing, "state in tests/house/routes/table.txt who may: " + ", ".join(missing)


def test_every_line_has_its_route() -> None:
    _, stale = missing_and_stale(TABLE, served_routes())
    stale += [str(line) for line in ADMIN_LINES if not any(map(line.covers, served_routes()))]
    assert not stale, "gone, take them out of tests/house/routes/table.txt: " + ", ".join(stale)


def test_new_route_and_new_method_are_told() -> None:
    routes = ["/pages/<page_id>/", "/api/v1/things/"]
    table = read_table(
        """
        GET  /pages/<page_id>/  200 200 200 404 login login  # no line for POST
        *    /old/              200 200 200 404 login login
        """
    )
    missing, stale = missing_and_stale(table, routes)
    assert missing == [
        "DELETE /api/v1/things/",
        "GET /api/v1/things/",
        "PATCH /api/v1/things/",
        "POST /api/v1/things/",
        "POST /pages/<page_id>/",
        "PUT /api/v1/things/",
    ]
    assert stale == ["GET /old/", "POST /old/"]


def test_no_route_hides_another() -> None:
    routes = served_routes()
    reached = [readable(resolve(path_of(route, nothing())).route) for route in routes]
    assert reached == routes
    assert len(set(routes)) == len(routes)


@pytest.mark.parametrize("lines", by_route(LINES), ids=route_of)
def test_each_caller_gets_the_stated_answer(world: World, lines: list[Line]) -> None:
    assert wrong_answers(lines, CALLERS, world.call, Line.stated) == {}
