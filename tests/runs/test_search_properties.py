"""Made-up queries: printed and read again they are the same, and SQL agrees with a small model."""

import operator
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs import queries, services
from runs.metrics import sync_search_rows
from runs.params import number_of, text_of
from runs.search import QueryError
from runs.search.conditions import matching
from runs.search.fields import Field
from runs.search.grammar import parse_query
from runs.search.printing import printed
from runs.search.tree import Comparison, Every, Not, Some
from tests import cast

from .batches import batch, event

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
NUMBERS = st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0, 64.0])
TEXTS = st.sampled_from(["adam", "sgd", "true", "0.5", "", 'a"b', "c\\d", "größe"])
VALUES = NUMBERS | TEXTS
FIELDS = st.sampled_from(
    [
        Field("param", "lr", 0),
        Field("param", "opt.name", 0),
        Field("param", "größe x/y", 0),
        Field("metric", "top.5", 0),
        Field("metric", "loss", 0, "max"),
    ]
)
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
RECORDS: list[dict[str, Any]] = [
    {"params": {}, "loss": []},
    {"params": {"lr": 0.5, "opt": {"name": "adam"}}, "loss": [1.0, 0.5]},
    {"params": {"lr": "0.5", "opt": {"name": 'a"b'}, "größe x/y": True}, "loss": [0.25]},
    {"params": {"lr": 64, "opt": {"name": "c\\d"}}, "loss": []},
    {"params": {"lr": None, "größe x/y": "größe"}, "loss": [-1.0]},
]


@st.composite
def comparisons(draw: st.DrawFn, fields: st.SearchStrategy[Field] = FIELDS) -> Comparison:
    field = draw(fields)
    values = NUMBERS if field.kind == "metric" else VALUES
    operators = [*COMPARE, "in", "not in", "is missing", "is not missing"]
    operator_ = draw(st.sampled_from(operators))
    if operator_.startswith("is "):
        return Comparison(field, operator_)
    if operator_.endswith("in"):
        return Comparison(field, operator_, tuple(draw(st.lists(values, min_size=1, max_size=3))))
    # Which of two texts is the larger one is for the database's collation to say.
    sorts = NUMBERS if operator_ in ("<", ">", "<=", ">=") else values
    return Comparison(field, operator_, (draw(sorts),))


def trees(leaves: st.SearchStrategy[Comparison]) -> st.SearchStrategy[Any]:
    def above(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return st.builds(Not, parts) | st.builds(Every, several) | st.builds(Some, several)

    return st.recursive(leaves, above, max_leaves=5)


ANY_FIELD = st.builds(
    Field,
    kind=st.just("metric"),
    name=NAMES,
    position=st.just(0),
    part=st.sampled_from(["last", "min"]),
)


@settings(deadline=None)
@given(trees(comparisons(ANY_FIELD | FIELDS)))
def test_what_is_printed_is_read_as_the_same(condition):
    assert parse_query(printed(condition)) == condition


WORDS = ["and", "or", "not ", "in", "(", ")", "[", "is", "missing", "params.", "x", '"', "\\", "1"]
PIECES = (
    st.sampled_from([*WORDS, " ", ",", "=", "<", "tag", "metrics.a.b", "é", "\x00"]) | st.text()
)


@settings(deadline=None)
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
    for number, record in enumerate(RECORDS):
        run = cast.make_run(digits, alice, name=str(number))
        services.store_batch(run=run, batch=batch(events=[event("params", record["params"])]))
        if record["loss"]:
            cast.log_points(run, {"loss": record["loss"]})
    sync_search_rows(project_id=digits.pk)
    return digits


def value_of(record: dict[str, Any], field: Field) -> Any:
    """The value and whether there is one."""
    if field.kind == "metric":
        points = record["loss"] if field.name == "loss" else []
        return (max(points), True) if points else (None, False)
    tree: Any = record["params"]
    for part in field.name.split("."):
        if part not in tree:
            return None, False
        tree = tree[part]
    return tree, True


def beside(found: Any, operator_: str, value: Any) -> bool:
    if isinstance(value, str):
        return bool(COMPARE[operator_](text_of(found), value))
    number = number_of(found)
    return number is not None and bool(COMPARE[operator_](number, value))


def holds(condition: Any, record: dict[str, Any]) -> bool:
    """The same question in plain Python."""
    if isinstance(condition, Not):
        return not holds(condition.part, record)
    if not isinstance(condition, Comparison):
        every = all if isinstance(condition, Every) else any
        return every(holds(part, record) for part in condition.parts)
    found, is_there = value_of(record, condition.field)
    operator_ = condition.operator
    if operator_.startswith("is "):
        return is_there == (operator_ == "is not missing")
    if not is_there:
        return False
    if not operator_.endswith("in"):
        return beside(found, operator_, condition.values[0])
    is_in = any(beside(found, "=", value) for value in condition.values)
    only_numbers = not any(isinstance(value, str) for value in condition.values)
    if operator_ == "not in" and only_numbers and number_of(found) is None:
        return False
    return is_in == (operator_ == "in")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(condition=trees(comparisons()))
def test_sql_and_the_model_find_the_same(few, condition):
    found = {run.name for run in matching(few.pk, condition).runs}
    wanted = {str(number) for number, one in enumerate(RECORDS) if holds(condition, one)}
    assert found == wanted, printed(condition)
    assert queries.search_runs(project=few, q=printed(condition)).total == len(wanted)


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
