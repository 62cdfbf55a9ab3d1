"""Made-up queries: printed and read again they are the same, and SQL agrees with a small model."""

import re

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs import queries, services
from runs.metrics import sync_search_rows
from runs.models import Run
from runs.search import QueryError
from runs.search.conditions import matching
from runs.search.fields import Field
from runs.search.grammar import parse_order, parse_query
from runs.search.orders import phases_of
from runs.search.printing import printed
from tests import cast

from .batches import batch, event
from .search_model import FIELDS, RECORDS, Model, comparisons, texts, trees

# No limit of time: beside other tests one search of the database took 425 ms once.
UNHURRIED = settings(deadline=None)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
ORDERS = ("-started", "number", "-name", "group", "tag", "metrics.loss", "-metrics.loss.max")
ORDERS += ("params.lr", "-params.lr", "metrics.nothing", "params.opt.name")


ANY_FIELD = st.builds(
    Field,
    kind=st.just("metric"),
    name=NAMES,
    position=st.just(0),
    part=st.sampled_from(["last", "min"]),
)


@settings(UNHURRIED)
@given(trees(comparisons(ANY_FIELD | FIELDS)))
def test_what_is_printed_is_read_as_the_same(condition):
    assert parse_query(printed(condition)) == condition


WORDS = ["and", "or", "not ", "in", "(", ")", "[", "is", "missing", "params.", "x", '"', "\\", "1"]
PIECES = (
    st.sampled_from([*WORDS, " ", ",", "=", "<", "tag", "metrics.a.b", "é", "\x00"]) | st.text()
)


@settings(UNHURRIED)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_text_raises_anything_but_a_query_error(text):
    assert 0 <= place_of_fault(text) <= len(text)


def place_of_fault(text: str) -> int:
    """Where the query is faulty; its end where it is not."""
    try:
        parse_query(text)
    except QueryError as error:
        return error.position
    return len(text)


@pytest.fixture
def few(digits, alice, db):
    for record in RECORDS:
        own = {name: record[name] for name in ("name", "group") if name in record}
        run = cast.make_run(
            digits, alice, tags=record.get("tag", []), started_at=record["started"], **own
        )
        services.store_batch(run=run, batch=batch(events=[event("params", record["params"])]))
        if record["loss"]:
            cast.log_points(run, {"loss": record["loss"]})
        if "status" in record:
            Run.objects.filter(project_id=digits.pk, id=run.id).update(status=record["status"])
    sync_search_rows(project_id=digits.pk)
    return digits


@pytest.fixture
def model(few):
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM unnest(%s::text[]) AS text ORDER BY text", [texts()])
        return Model({text: rank for rank, (text,) in enumerate(cursor.fetchall())})


@pytest.fixture
def in_order(few):
    """The numbers of all runs in each order."""
    return {order: numbers_of(few, "", order) for order in ORDERS}


def numbers_of(project, q, order):
    """The numbers of the runs that are found, page after page."""
    page = queries.search_runs(project=project, q=q, order=order, limit=2)
    found, total = [run.number for run in page.runs], page.total
    while page.next_cursor:
        page = queries.search_runs(
            project=project, q=q, order=order, limit=2, cursor=page.next_cursor
        )
        found += [run.number for run in page.runs]
    assert total == len(found)
    return found


def numbers_walked(project, condition, order):
    """The same where the matches are too many to be known beforehand: an order is walked."""
    field, descending = parse_order(order)
    matches = matching(project.pk, condition)
    phases = phases_of(project.pk, field, descending=descending)
    ids = [run_id for phase in phases for _, run_id in phase.places(matches, None, 100)]
    numbers = dict(Run.objects.filter(id__in=ids).values_list("id", "number"))
    return [numbers[run_id] for run_id in ids]


@settings(UNHURRIED, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=trees(comparisons()), order=st.sampled_from(ORDERS))
def test_sql_and_the_model_find_the_same(few, model, in_order, condition, order):
    wanted = {one["number"] for one in RECORDS if model.holds(condition, one)}
    found = {run.number for run in matching(few.pk, condition).runs}
    assert found == wanted, printed(condition)
    sorted_ = [number for number in in_order[order] if number in wanted]
    assert numbers_of(few, printed(condition), order) == sorted_, printed(condition)
    assert numbers_walked(few, condition, order) == sorted_, printed(condition)


@pytest.mark.parametrize("part", ["params.lr = 1 or ", "tag = 'a' or "])
def test_very_long_queries_are_answered(few, part):
    q = part * (15_900 // len(part)) + "number > 0"
    assert queries.search_runs(project=few, q=q).total == len(RECORDS)


def test_deep_nesting_is_bounded():
    deep = re.sub(r"x", "tag = a", "(" * 50 + "x" + ")" * 50)
    assert parse_query(deep) == parse_query("tag = a")
    for text in (f"({deep})", "not " * 51 + "tag = a", "not(" * 51 + "tag = a" + ")" * 51):
        with pytest.raises(QueryError):
            parse_query(text)
