"""Who is not among the table's six callers gets what the rules of `routes/matrix.py` state."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import Scope, User

from .. import cast
from .routes.answers import wrong_answers
from .routes.matrix import BY_TOKEN, DERIVED, DERIVED_OF_PAGES, ROLES, answer_of, cells, document
from .routes.table import LINES, PAGE_LINES, Line, by_route, read_table, route_of
from .routes.world import World, session_of, undone

DOCUMENT = Path(__file__).parents[2] / "docs/security/authorization.md"
# Of methods that a route has not, and of pages with a token, a part; `--all` tries the rest.
QUICK = [line for line in LINES if line.stated("owner") != "405"]
SLOW = [line for line in LINES if line not in QUICK]


@pytest.fixture(scope="module")
def whole_world(made_world: World, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world, and those whom the table does not name."""
    with django_db_blocker.unblock(), undone():
        add_roles(made_world)
        yield made_world


def add_roles(world: World) -> None:
    """A session and tokens for each further role."""
    owner = world.people["owner"]
    outsider = cast.make_person("nobody@example.org")
    root = people.make_superuser(user=cast.make_person("root@example.org"), by=None)
    gone = cast.make_person("gone@example.org")
    for role, user in {"outsider": outsider, "superuser": root, "disabled": gone}.items():
        user.password = world.people["owner"].password
        user.save()
        world.cookies[role] = session_of(user)
        world.tokens[role] = cast.token_of(user)
        world.people[role] = user
    User.objects.filter(pk=gone.pk).update(is_active=False)
    letters = cast.make_project(world.digits.team, "elsewhere", owner)
    world.tokens["project"] = world.new_token(project=letters)
    for scope in Scope:
        world.tokens[f"without {scope}"] = world.new_token(scopes={*Scope} - {scope})


def answer_to(world: World, line: Line, role: str) -> Any:
    """The answer; on pages a token comes without a cookie, as a program would send it."""
    if line.is_api:
        wanted = Scope.READ if line.method == "GET" else Scope.RUNS_WRITE
        return world.call_api(line, world.token(f"without {wanted}" if role == "scope" else role))
    if role not in BY_TOKEN:
        return world.call(line, role)
    token = world.token("owner" if role == "scope" else role)
    form = world.form(line, "owner") if line.method == "POST" else {}
    headers = {"Authorization": f"Bearer {token}"}
    return getattr(Client(), line.method.lower())(world.path(line), form, headers=headers)


@pytest.mark.parametrize("lines", by_route(QUICK), ids=route_of)
def test_everybody_else_gets_what_follows(whole_world: World, db: None, lines: list[Line]) -> None:
    roles = DERIVED if lines[0].is_api else (*DERIVED_OF_PAGES, "scope")
    assert wrong_answers(lines, roles, partial(answer_to, whole_world), answer_of) == {}


@pytest.mark.slow
@pytest.mark.parametrize("lines", by_route(SLOW), ids=route_of)
def test_a_method_that_a_route_has_not_is_refused_to_everybody_else(
    whole_world: World, db: None, lines: list[Line]
) -> None:
    assert wrong_answers(lines, DERIVED, partial(answer_to, whole_world), answer_of) == {}


@pytest.mark.slow
@pytest.mark.parametrize("lines", by_route(PAGE_LINES), ids=route_of)
def test_no_token_opens_a_page(whole_world: World, db: None, lines: list[Line]) -> None:
    assert wrong_answers(lines, BY_TOKEN, partial(answer_to, whole_world), answer_of) == {}


def test_every_line_has_an_answer_for_each_role() -> None:
    found = list(cells())
    assert len(found) == len(LINES) * len(ROLES)
    assert all(answer in ("login", "door") or answer.isdigit() for _, _, answer in found)


def test_word_behind_the_answers_says_otherwise() -> None:
    table = read_table("GET /audit/ 404 404 404 404 login login superuser=200")
    answers = {role: answer_of(table[0], role) for role in ("superuser", "outsider")}
    assert answers == {"superuser": "200", "outsider": "404"}
    with pytest.raises(ValueError, match="nobody is called root"):
        read_table("GET /audit/ 404 404 404 404 login login root=200")


def test_document_is_written_from_the_table() -> None:
    assert DOCUMENT.read_text() == document(), "python -m benchmarks.authorization --write"
