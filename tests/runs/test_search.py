"""Search beside a brute-force reading of the same words."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runs import queries, services
from runs.metrics import sync_search_rows
from runs.metrics.models import MetricState
from runs.models import Run
from runs.search import QueryError, values
from runs.search.fields import Field
from tests import cast

from .batches import batch, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(digits, alice, bob):
    """Forty runs that differ in everything one can ask for; some lack a value."""
    dice = random.Random(7)
    for number in range(40):
        run = cast.make_run(
            digits,
            dice.choice([alice, bob]),
            name=f"run-{number:02}",
            group=dice.choice(["", "wide", "deep"]),
            tags=dice.sample(["baseline", "fast", "old"], dice.randrange(3)),
            started_at=timezone.now() - timedelta(days=number, minutes=dice.randrange(60)),
        )
        if dice.random() < 0.8:
            cast.log_points(run, {"val_loss": [dice.randrange(5) / 4 for _ in range(3)]})
        params = {"lr": dice.choice([0.1, 0.01, "auto"]), "opt": {"name": dice.choice(["a", "b"])}}
        events = [event("params", params)] if dice.random() < 0.8 else []
        if dice.random() < 0.5:
            events.append(event("status", {"status": dice.choice(["finished", "failed"])}))
        services.store_batch(run=run, batch=batch(events=events), by=alice)
    return digits


def everything(project):
    return queries.completed(list(Run.objects.filter(project_id=project.pk)), project)


def metric(run, name, part="last"):
    summary = run.metrics.get(name)
    return getattr(summary, part) if summary else None


def lr(run, kind):
    value = run.params.get("lr")
    return value if isinstance(value, kind) else None


DAYS_20 = timedelta(days=20)
CASES = {
    "": lambda run: True,
    "metrics.val_loss < 0.5": lambda run: (
        "val_loss" in run.metrics and metric(run, "val_loss") < 0.5
    ),
    "metrics.val_loss != 0.5": lambda run: metric(run, "val_loss") not in (None, 0.5),
    "metrics.val_loss.max >= 1": lambda run: (metric(run, "val_loss", "max") or 0) >= 1,
    'metrics."val_loss".min = 0': lambda run: metric(run, "val_loss", "min") == 0,
    "metrics.val_loss.count > 2": lambda run: "val_loss" in run.metrics,
    "metrics.nowhere > 0": lambda run: False,
    "params.lr > 0.05": lambda run: (lr(run, float) or 0) > 0.05,
    'params.lr = "auto"': lambda run: lr(run, str) == "auto",
    "params.lr = auto": lambda run: lr(run, str) == "auto",
    "params.opt.name = 'a'": lambda run: run.params.get("opt") == {"name": "a"},
    "params.lr in (0.1, 0.01)": lambda run: lr(run, float) is not None,
    'params.opt.name like "A%"': lambda run: run.params.get("opt") == {"name": "a"},
    'name = "run-07"': lambda run: run.name == "run-07",
    'name like "run-1_"': lambda run: run.name.startswith("run-1"),
    'name like "%\\\\"': lambda run: False,
    'name != "run-07"': lambda run: run.name != "run-07",
    "status = running": lambda run: run.shown_status == "running",
    "status in (finished, failed)": lambda run: run.status in ("finished", "failed"),
    "status != running": lambda run: run.shown_status != "running",
    "status = lost": lambda run: False,
    'tag = "baseline"': lambda run: "baseline" in run.tags,
    'tag != "baseline"': lambda run: "baseline" not in run.tags,
    "tag in (fast, old)": lambda run: bool({"fast", "old"} & set(run.tags)),
    'user = "alice@example.org"': lambda run: run.user.name == "Alice",
    "user = Bob": lambda run: run.user.name == "Bob",
    'user like "bob@%"': lambda run: run.user.name == "Bob",
    'group = ""': lambda run: run.group == "",
    "group = wide": lambda run: run.group == "wide",
    'started > "20 days ago"': lambda run: run.started_at > timezone.now() - DAYS_20,
    "finished > 0": lambda run: run.finished_at is not None,
    "duration > 864000": lambda run: run.duration_seconds > 864_000,
    "number <= 5": lambda run: run.number <= 5,
    "not metrics.val_loss < 0.5": lambda run: not CASES["metrics.val_loss < 0.5"](run),
    "not finished > 0": lambda run: run.finished_at is None,
    "metrics.val_loss < 0.5 and params.lr > 0.05": lambda run: (
        CASES["metrics.val_loss < 0.5"](run) and (lr(run, float) or 0) > 0.05
    ),
    'tag = "old" or tag = "fast" and group = wide': lambda run: (
        "old" in run.tags or ("fast" in run.tags and run.group == "wide")
    ),
    '(tag = "old" or tag = "fast") AND NOT group = wide': lambda run: (
        bool({"old", "fast"} & set(run.tags)) and run.group != "wide"
    ),
}


def test_every_condition_finds_what_it_says(crowd):
    runs = everything(crowd)
    for q, expected in CASES.items():
        page = queries.search_runs(project=crowd, q=q, limit=1000)
        wanted = {run.name for run in runs if expected(run)}
        assert {run.name for run in page.runs} == wanted, q
        assert page.total == len(wanted), q


ORDERS = {
    "metrics.val_loss": lambda run: metric(run, "val_loss"),
    "metrics.val_loss.max": lambda run: metric(run, "val_loss", "max"),
    "metrics.val_loss.count": lambda run: metric(run, "val_loss", "count"),
    "params.opt.name": lambda run: run.params.get("opt", {}).get("name"),
    "name": lambda run: run.name,
    "number": lambda run: run.number,
    "group": lambda run: run.group or None,
    "status": lambda run: run.shown_status,
    "started": lambda run: run.started_at,
    "finished": lambda run: run.finished_at,
    "created": lambda run: run.created_at,
    "user": lambda run: run.user.email,
    "tag": lambda run: run.tags[0] if run.tags else None,
    "model": lambda run: None,
}


@pytest.mark.parametrize("limit", [7, 1000])
def test_every_order_pages_through_all_runs_with_the_missing_last(crowd, limit):
    runs = everything(crowd)
    for name, value in ORDERS.items():
        for sign, descending in (("", False), ("-", True)):
            having = [run for run in runs if value(run) is not None]
            having.sort(key=lambda run: (value(run), run.id), reverse=descending)
            rest = sorted((run for run in runs if value(run) is None), key=lambda run: run.id)
            expected = [run.name for run in [*having, *reversed(rest)]]
            assert paged(crowd, sign + name, limit) == expected, sign + name


def test_a_parameter_orders_numbers_before_texts_before_nothing(crowd):
    found = paged(crowd, "params.lr", 9)
    runs = {run.name: run for run in everything(crowd)}
    kinds = [
        "number" if lr(runs[name], float) else "text" if lr(runs[name], str) else "nothing"
        for name in found
    ]
    assert kinds == sorted(kinds, key=["number", "text", "nothing"].index)
    assert len(set(found)) == 40


def paged(project, order, limit):
    names, cursor = [], None
    while True:
        page = queries.search_runs(project=project, order=order, limit=limit, cursor=cursor)
        names += [run.name for run in page.runs]
        cursor = page.next_cursor
        if cursor is None:
            return names
        assert len(page.runs) == limit


def test_the_newest_come_first_by_default(crowd):
    assert paged(crowd, "", 100) == [f"run-{number:02}" for number in range(40)]


def test_trashed_and_archived_runs_are_left_out(crowd, alice):
    first, second = everything(crowd)[:2]
    services.trash_run(run=first, by=alice)
    services.archive_run(run=second, by=alice)
    page = queries.search_runs(project=crowd, limit=1000)
    assert page.total == len(page.runs) == 38
    assert not {first.id, second.id} & {run.id for run in page.runs}


def test_a_silent_run_is_lost_until_it_speaks(digits, alice):
    run = cast.make_run(digits, alice)
    silent = timezone.now() - timedelta(minutes=4)
    MetricState.objects.filter(run_id=run.id).update(last_seen_at=silent)
    assert queries.search_runs(project=digits, q="status = lost").runs[0].shown_status == "lost"
    assert queries.search_runs(project=digits, q="status = running").total == 0
    assert queries.search_runs(project=digits, order="status").runs[0].shown_status == "lost"
    cast.log_points(run, {"loss": [1.0]})
    assert queries.search_runs(project=digits, q="status = running").total == 1


def test_other_projects_are_never_searched(crowd, secret, charlie):
    cast.make_run(secret, charlie, name="hidden")
    assert "hidden" not in paged(crowd, "", 1000)
    assert queries.search_runs(project=secret, q='name = "run-01"').total == 0


def test_names_of_metrics_and_parameters(crowd):
    sync_search_rows(project_id=crowd.pk)
    assert queries.metric_names(crowd) == ["val_loss"]
    assert queries.param_names(crowd) == ["lr", "opt.name"]


@pytest.mark.parametrize(
    ("q", "position"),
    [
        ("metrics.val_loss <", 18),
        ("metrics.val_loss < abc!", 22),
        ("nosuch = 1", 0),
        ("name = 'x' and nosuch = 1", 15),
        ("metrics.a.b.c > 1", 0),
        ("metrics.val_loss < 'x'", 19),
        ("metrics.val_loss like 'x'", 0),
        ("metrics.val_loss < 1e999", 19),
        ("name = 5", 7),
        ("name like 5", 10),
        ("status = sleeping", 9),
        ("status < finished", 0),
        ("tag > 'a'", 0),
        ("started > 'soon'", 10),
        ("started > '0001-01-01T00:00:00+14:00'", 10),
        ("started > '10000-01-01'", 10),
        ("number = 1.5", 9),
        ("(name = 'x'", 11),
        ("name = 'x') ", 10),
        ("name = 'x", 7),
        ("name; DROP TABLE runs_run", 4),
        ("not " * 60 + "name = 'x'", 0),
        ("(" * 60, 50),
        ("x" * 20_000, 16_000),
        ("name = '\x00'", 0),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(digits, q, position):
    with pytest.raises(QueryError) as refused:
        queries.search_runs(project=digits, q=q)
    assert refused.value.position == position


@pytest.mark.parametrize(
    "order",
    ["nosuch", "name;drop", "\x00", "name__gt", "?", "--name", "metrics", "name,tag", "-"],
)
def test_an_unknown_order_is_refused(digits, order):
    with pytest.raises(QueryError) as refused:
        queries.search_runs(project=digits, order=order)
    assert refused.value.code in ("unknown-sort", "bad-query")


def test_a_cursor_holds_for_its_order_only(crowd):
    cursor = queries.search_runs(project=crowd, order="name", limit=5).next_cursor
    for order, stated in (("-name", cursor), ("name", f"{cursor}x"), ("name", "é"), ("name", "x")):
        with pytest.raises(QueryError) as refused:
            queries.search_runs(project=crowd, order=order, cursor=stated)
        assert refused.value.code == "bad-cursor"


def test_words_of_a_query_are_never_part_of_the_statement(crowd):
    hostile = "'; DROP TABLE runs_run; --"
    for q in (f'metrics."{hostile}" > 1', f'params."{hostile}" = 1', f'name = "{hostile}"'):
        assert queries.search_runs(project=crowd, q=q).total == 0
    assert paged(crowd, f'metrics."{hostile}"', 1000) == paged(crowd, "-created", 1000)


def test_search_takes_as_many_queries_for_many_runs_as_for_few(digits, alice):
    def count():
        with CaptureQueriesContext(connection) as captured:
            queries.search_runs(project=digits, order="-metrics.loss", limit=1000)
        return len(captured)

    fill(digits, alice, 10)
    queries.search_runs(project=digits)
    few = count()
    fill(digits, alice, 190)
    queries.search_runs(project=digits)
    assert count() == few <= 10


def fill(project, by, number):
    for _ in range(number):
        cast.log_points(cast.make_run(project, by), {"loss": [1.0]})


def test_times_are_read_in_utc():
    field = Field("plain", "started", 0)
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert values.moment("2026-05-01T12:00:00Z", field) == noon
    assert values.moment("2026-05-01T14:00:00+02:00", field) == noon
    assert values.moment("2026-05-01 12:00", field) == noon
    assert values.moment(noon.timestamp(), field) == noon
    ago = timezone.now() - values.moment("3 Weeks ago", field)
    assert abs(ago - timedelta(weeks=3)) < timedelta(seconds=5)


def test_a_parameter_longer_than_its_row_is_found_by_its_whole_text(digits, alice):
    run, prompt = cast.make_run(digits, alice), "x" * 300
    services.store_batch(run=run, batch=batch(events=[event("params", {"prompt": prompt})]))
    page = queries.search_runs(project=digits, q=f'params.prompt = "{prompt}"')
    assert [found.id for found in page.runs] == [run.id]
