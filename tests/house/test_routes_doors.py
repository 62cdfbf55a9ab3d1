"""What opens no route: a dead token, too small a scope, a cookie alone, an unsigned form."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import ApiToken, Scope, User

from .. import cast
from .routes.answers import api_faults, told, told_in_full
from .routes.table import (
    ADMIN,
    API_METHODS,
    LINES,
    TOKEN_LINES,
    Line,
    by_route,
    methods_of,
    path_of,
    route_of,
    served_routes,
)
from .routes.world import World, nothing, undone

# They take any valid token.
WITHOUT_SCOPE = ("/api/v1/me/", "/api/v1/schema/")
# What a mail program posts by itself; the signature in the address says all, and no cookie counts.
# And what a page of a provider posts: that is signed, too, and logs nobody in by itself.
WITHOUT_FORM_TOKEN = ("/unsubscribe/<signed>/", "/account/sso/<connection_id>/answer/")
PAGE_ROUTES = [route for route in served_routes() if not Line("", route, ()).is_api]
# Of each route once; every other path of the API is a 404 below.
FIRST_LINES = [line for line in LINES if line.method == "GET" and "(" not in line.route]
OTHER_METHODS = ("OPTIONS", "TRACE", "BREW")
UNKNOWN = [
    "/api",
    "/api/",
    "/api/v1/",
    "/api/v1/me",
    "/api/v1/nothing/",
    "/api/v2/me/",
    "/api/v1/runs/not-an-id/",
    "/api/v1/projects/vision/",
    "/api/admin/",
]


def expired_token(world: World) -> str:
    text = world.new_token()
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return text


def token_of_somebody_deactivated(world: World) -> str:
    text = world.new_token()
    User.objects.filter(pk=world.people["owner"].pk).update(is_active=False)
    return text


def token_with_another_secret(world: World) -> str:
    text = world.new_token()
    return text[:-1] + ("0" if text[-1] != "0" else "1")


DEAD = (expired_token, token_of_somebody_deactivated, token_with_another_secret)


@pytest.mark.parametrize("dead", DEAD)
@pytest.mark.parametrize("lines", by_route(TOKEN_LINES), ids=route_of)
def test_dead_token_opens_nothing(
    world: World, lines: list[Line], dead: Callable[[World], str]
) -> None:
    token = dead(world)
    for line in lines:
        assert told_in_full(world.call_api(line, token), line) == "401", line


@pytest.mark.parametrize("lines", by_route(TOKEN_LINES), ids=route_of)
def test_cookie_alone_opens_nothing_of_the_api(world: World, lines: list[Line]) -> None:
    for line in lines:
        answer = world.call_page(line, world.browser("owner"))
        assert told_in_full(answer, line) == "401", line


@pytest.mark.parametrize("line", [line for line in TOKEN_LINES if line.succeeds], ids=str)
def test_token_does_what_its_scope_says(world: World, line: Line) -> None:
    wanted = Scope.READ if line.method == "GET" else Scope.RUNS_WRITE
    for scope in Scope:
        is_enough = scope == wanted or line.route in WITHOUT_SCOPE
        with undone():
            answer = world.call_api(line, world.new_token(scopes=[scope]))
        assert told_in_full(answer, line) == (line.stated("owner") if is_enough else "403"), scope
        if not is_enough:
            assert answer.json()["code"] == "scope-missing"


@pytest.mark.parametrize("route", [one for one in PAGE_ROUTES if one not in WITHOUT_FORM_TOKEN])
def test_form_without_its_token_is_refused(world: World, route: str) -> None:
    people.make_superuser(user=world.people["owner"], by=None)
    for caller in ("owner", "anonymous"):
        answer = world.strict_browser(caller).post(path_of(route, nothing()))
        assert answer.status_code == 403
        assert "did not send its cookie" in answer.content.decode()


@pytest.mark.parametrize("line", FIRST_LINES, ids=lambda line: line.route)
def test_other_methods_are_refused(world: World, line: Line) -> None:
    for method in OTHER_METHODS if line.is_api else (*OTHER_METHODS, "PUT", "PATCH", "DELETE"):
        asked = Line(method, line.route, line.answers)
        answer = world.call(asked, "owner")
        assert told_in_full(answer, asked) == "405", method
        allowed = answer["Allow"].split(", ")
        assert set(allowed) & set(methods_of(line.route))
        assert method not in allowed


def test_allowed_methods_are_those_of_the_table(world: World) -> None:
    """Each 405 of the table names the methods that work."""
    refusals = [line for line in LINES if line.stated("owner") == "405"]
    for line in refusals:
        works = {o.method for o in LINES if o.route == line.route and o.stated("owner") != "405"}
        allowed = set(world.call(line, "owner")["Allow"].split(", "))
        assert allowed - {"HEAD", "OPTIONS"} == works, str(line)


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("method", API_METHODS)
def test_unknown_path_of_the_api_is_a_problem(world: World, path: str, method: str) -> None:
    for caller in ("owner", "anonymous"):
        answer = cast.Api(world.token(caller)).request(method, path)
        assert told(answer) == "404"
        assert api_faults(answer) == []


def test_admin_is_among_the_pages() -> None:
    assert [route for route in PAGE_ROUTES if route.startswith(ADMIN)]
