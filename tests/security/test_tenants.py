"""No word of one team reaches another: every page, part, file, error and completion is crawled."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.house.routes.answers import body_of
from tests.house.routes.table import LINES, Line
from tests.house.routes.world import World, undone
from tests.house.test_authorization import add_roles

from .canaries import Side, fill, missing, sides_of, tables

# Whoever holds the secret is the person that it is for.
BY_SECRET = ("/account/link/", "/account/invitation/", "/unsubscribe/", "/public/")
TRIED = [line for line in LINES if line.stated("owner") != "405"]
OPEN = [line for line in TRIED if not line.route.startswith(BY_SECRET)]
READING = [line for line in OPEN if line.method == "GET"]
WRITING = [line for line in OPEN if line.method != "GET"]
PROJECT = "/projects/{team_slug}/{project_slug}/"
# The same pages, asked for what they do not show at once; `{canary}` is the other team's.
ASKED = (
    "?q=name ~ '{canary}'",
    "?q={canary} = 1",
    "?q=number >",
    "complete/?q=name = '{canary}",
    "complete/?q=params.",
    "notes/?find={canary}",
    "compare/?runs=1,2,{number}",
    "findings/?rule={canary}",
    "runs.csv?q=tags = '{canary}'",
    "?group=name",
    "?order=-params.{canary}",
)


@pytest.fixture(scope="module")
def sides(made_world: World, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Side, Side]]:
    with django_db_blocker.unblock(), undone():
        add_roles(made_world)
        both = sides_of(made_world)
        for side in both:
            fill(side)
        yield both


def heard(answer: Any) -> str:
    """All that the caller learns: head, cookies, body; a file that is packed is unpacked."""
    head = f"{answer.status_code} {dict(answer.headers)} {answer.cookies}"
    return f"{head} {unpacked(body_of(answer))}".lower()


def unpacked(body: bytes) -> str:
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(body)) as file:
        return " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())


def crawl(world: World, line: Line, caller: str, arguments: dict[str, Any]) -> str:
    with undone():
        return heard(world.call(line, caller, **arguments))


def places(world: World, line: Line) -> list[dict[str, Any]]:
    """Arguments of the line on both sides."""
    return [world.real, world.foreign] if line.arguments else [world.real]


def test_every_text_of_every_table_holds_both_canaries(sides: tuple[Side, Side], db: None) -> None:
    assert len(list(tables())) > 25
    assert {side.canary: missing(side) for side in sides} == {side.canary: set() for side in sides}


@pytest.mark.parametrize("line", READING, ids=str)
def test_no_answer_holds_the_other_teams_canary(
    sides: tuple[Side, Side], made_world: World, db: None, line: Line
) -> None:
    ours, theirs = sides
    for arguments in places(made_world, line):
        assert theirs.canary not in crawl(made_world, line, "owner", arguments)
        assert ours.canary not in crawl(made_world, line, "stranger", arguments)
    found = crawl(made_world, line, "outsider", made_world.real)
    assert ours.canary not in found
    assert theirs.canary not in found


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in READING if not line.is_api], ids=str)
def test_no_part_of_a_page_holds_the_other_teams_canary(
    sides: tuple[Side, Side], made_world: World, db: None, line: Line
) -> None:
    ours, theirs = sides
    for caller, canary in (("owner", theirs.canary), ("stranger", ours.canary)):
        browser = made_world.browser(caller)
        browser.defaults["HTTP_HX_REQUEST"] = "true"
        for arguments in places(made_world, line):
            with undone():
                answer = made_world.call_page(line, browser, **arguments)
                assert canary not in heard(answer), caller


@pytest.mark.slow
@pytest.mark.parametrize("line", [*READING, *WRITING], ids=str)
def test_nobody_else_hears_of_either_and_no_act_tells(
    sides: tuple[Side, Side], made_world: World, db: None, line: Line
) -> None:
    ours, theirs = sides
    for arguments in places(made_world, line):
        for caller in ("editor", "reader"):
            assert theirs.canary not in crawl(made_world, line, caller, arguments), caller
        assert ours.canary not in crawl(made_world, line, "stranger", arguments)
        if line.otherwise:
            continue
        for caller in ("outsider", "superuser", "anonymous", "revoked", "disabled", "project"):
            found = crawl(made_world, line, caller, arguments)
            own = ours.canary in found and (caller, line.is_api) != ("project", True)
            assert not own, caller
            assert theirs.canary not in found, caller


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_for_by_name_is_not_told(
    sides: tuple[Side, Side], made_world: World, db: None, asked: str
) -> None:
    _, theirs = sides
    # What the caller sends may come back; so it is all but the last letter.
    for canary in (theirs.canary[:-1], ""):
        path = (PROJECT + asked).format(**{**made_world.real, "canary": canary})
        for headers in ({}, {"HX-Request": "true"}):
            answer = made_world.browser("owner").get(path, headers=headers)
            assert theirs.canary not in heard(answer)


def test_crawl_sees_what_is_there(sides: tuple[Side, Side], made_world: World, db: None) -> None:
    """Each team does hear its own canary, on many routes."""
    ours, theirs = sides
    foreign = made_world.foreign
    mine = (line for line in READING if ours.canary in crawl(made_world, line, "owner", {}))
    other = (one for one in READING if theirs.canary in crawl(made_world, one, "stranger", foreign))
    assert len(list(islice(mine, 31))) == 31
    assert len(list(islice(other, 21))) == 21
