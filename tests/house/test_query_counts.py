"""Every page and every reading call asks the database at most ten times, however many runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from runs.freezing import freeze_run
from runs.metrics import sync_search_rows
from runs.models import Run
from runs.notes import add_note
from runs.queries import run_for_editor
from runs.quotes.models import Via
from runs.quotes.services import take_quote
from runs.quotes.values import choice_of
from runs.seeding import seed_runs

from .. import cast
from .routes.answers import body_of
from .routes.table import LINES, Line
from .routes.world import World, undone

pytestmark = pytest.mark.django_db

MOST = 10
# Files with all of a run read every table that keeps something of it, each once, and are recorded.
DOWNLOADS = ("/archive.zip", "/page.html", "/export/")
MOST_OF_DOWNLOAD = 18
# All that is kept of a person, out of every table that knows people.
OF_A_PERSON = "/account/export/"
MOST_OF_A_PERSON = 24
# Few, and still some that any filter of the lines finds; many, and more than a page.
FEW, MANY = 40, 140
# Rows that are searched are brought up to date by the first look after new points.
BRINGING_UP = 3
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK")
# Whose token it is, and whether a second factor is missing, is asked again after a while: by the
# clock, not by the route.
BY_CLOCK = ("accounts_apitoken", "identity_teampolicy")
READING = [line for line in LINES if line.method == "GET" and line.stated("owner") == "200"]
PROJECT = "/projects/vision/digits/"
RUNS = f"/api/v1{PROJECT}runs/"
ANYBODY = ("200",) * 6
# The same routes, asked for more.
ASKED = [
    Line("GET", path, ANYBODY)
    for path in (
        f"{PROJECT}?q=params.width > 64 and metrics.val_loss < 9&order=-params.chance",
        f"{PROJECT}?place=archived",
        f"{PROJECT}insights/?q=number > 0&target=metrics.val_loss.min",
        f"{PROJECT}curves/?series=loss",
        f"{PROJECT}?group=configuration",
        f"{PROJECT}?differ=1&cols=params.width&cols=params.depth&pin=params.depth",
        f"{PROJECT}table.csv?group=params.width",
        f"{PROJECT}compare/?runs=1,2,3,4,5&all=1",
        f"{PROJECT}complete/?q=params.width = ",
        f"{PROJECT}versions/?below=40",
        f"{PROJECT}findings/?rule=LOSS01&severity=error&muted=all&run=1",
        f"{RUNS}?q=metrics.loss.min < 9&order=metrics.loss.max",
        f"{RUNS}?format=csv&order=-started",
    )
]
ALL = READING + ASKED
Counts = dict[str, int]


def queries_of(world: World, line: Line) -> int:
    """How many statements the answer takes; nothing that it wrote stays."""
    with undone(), CaptureQueriesContext(connection) as captured:
        answer: Any = world.call(line, "owner")
        body_of(answer)
    assert answer.status_code == 200, line
    statements = [one["sql"] for one in captured.captured_queries]
    counted = [text for text in statements if not text.startswith(NOT_COUNTED)]
    return sum(not any(table in text for table in BY_CLOCK) for text in counted)


def counted(world: World, before: Counts | None = None) -> Counts:
    """The statements of each line; one that differs from `before` is looked at again.

    The first call fills what a process remembers, and now and then something is forgotten.
    """
    found = {}
    for line in ALL:
        found[str(line)] = queries_of(world, line)
        if before is None or found[str(line)] > before[str(line)]:
            found[str(line)] = min(found[str(line)], queries_of(world, line))
    return found


@pytest.fixture(scope="module")
def counts(made_world: World, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Counts]]:
    """The statements of each route with few runs, with many, and after new points."""
    digits = made_world.digits
    found = {}
    with django_db_blocker.unblock(), undone():
        # What most runs are sorted by; runs without it come from a statement of their own.
        cast.log_points(Run.objects.get(id=made_world.real["run_id"]), {"val_accuracy": [0.5]})
        sync_search_rows(project_id=digits.pk)
        seed_runs(project=digits, count=FEW - 1)
        found["few"] = counted(made_world)
        seed_runs(project=digits, count=MANY - FEW)
        found["many"] = counted(made_world, found["few"])
        cast.log_points(cast.make_run(digits, made_world.people["owner"]), {"val_accuracy": [0.5]})
        found["new points"] = counted(made_world, found["many"])
        yield found


@pytest.mark.parametrize("line", ALL, ids=str)
def test_at_most_ten_queries_and_as_many_for_many_runs_as_for_few(
    counts: dict[str, Counts], line: Line
) -> None:
    few, many = counts["few"][str(line)], counts["many"][str(line)]
    assert many <= most_of(line.route)
    assert few == many


def most_of(route: str) -> int:
    """How many statements an answer may take."""
    if "<run_id>" in route and route.endswith(DOWNLOADS):
        return MOST_OF_DOWNLOAD
    return MOST_OF_A_PERSON if route == OF_A_PERSON else MOST


def test_runs_without_the_value_that_sorts_take_no_more_than_ten(world: World) -> None:
    digits, alice = world.digits, world.people["owner"]
    for name in ("loss", "val_loss"):
        cast.log_points(cast.make_run(digits, alice), {name: [0.5]})
    sync_search_rows(project_id=digits.pk)
    for order in ("metrics.val_loss", "-metrics.loss.max", "-started", "duration"):
        assert queries_of(world, Line("GET", f"{PROJECT}?order={order}", ANYBODY)) <= MOST


def test_a_run_of_which_there_is_everything_takes_no_more_than_ten(world: World) -> None:
    alice, bob = world.people["owner"], world.people["editor"]
    run = run_for_editor(bob, world.real["run_id"])
    cast.log_points(run, {"val_loss": [0.5, 0.4]})
    sync_search_rows(project_id=world.digits.pk)
    for number in range(30):
        add_note(run=run, by=bob, text=f"{number}: as in #1.")
    take_quote(run=run, by=alice, metric="loss", choice=choice_of("last", ""), via=Via.PAGE)
    freeze_run(run=run, by=bob)
    assert queries_of(world, Line("GET", "/runs/<run_id>/", ANYBODY)) <= MOST


@pytest.mark.parametrize("line", ALL, ids=str)
def test_new_points_take_few_more(counts: dict[str, Counts], line: Line) -> None:
    assert counts["new points"][str(line)] <= counts["many"][str(line)] + BRINGING_UP
