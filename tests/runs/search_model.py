"""The query language in plain Python, over a handful of runs; and made-up conditions."""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from runs.params import number_of, text_of
from runs.search.fields import TEXTS as NAMES_OF_TEXTS
from runs.search.fields import Field
from runs.search.tree import Comparison, Every, Not, Some

# A run is what it says itself, its parameters, and the points of its metric `loss`.
RECORDS: list[dict[str, Any]] = [
    {"name": "run-0", "params": {}, "loss": []},
    {
        "name": "Run_1",
        "tag": ["fast"],
        "status": "finished",
        "params": {"lr": 0.5, "opt": {"name": "adam"}},
        "loss": [1.0, 0.5],
    },
    {
        "name": "größe",
        "group": "adam",
        "params": {"lr": "0.5", "opt": {"name": 'a"b'}, "größe x/y": True},
        "loss": [0.25],
    },
    {
        "name": "c\\d",
        "group": "sgd",
        "tag": ["fast", "old"],
        "status": "failed",
        "params": {"lr": 64, "opt": {"name": "c\\d"}},
        "loss": [],
    },
    {
        "name": "100%",
        "tag": ["old"],
        "params": {"lr": None, "größe x/y": "größe"},
        "loss": [-1.0],
    },
]
STARTED = [datetime(2026, 5, 1 + day, tzinfo=UTC) for day in (3, 1, 4, 0, 2)]
for place, record in enumerate(RECORDS):
    record |= {"number": place + 1, "started": STARTED[place]}

NUMBERS = st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0, 64.0])
TEXTS = ["adam", "sgd", "true", "0.5", "", 'a"b', "c\\d", "größe", "Run_1", "run-0", "100%"]
PATTERNS = ["%", "A%", "ADAM", "RUN%", "_A%", "%_-0", "run__", "%\\%", "___%", "100%", "%Rö%", ""]
STATUSES = ["running", "finished", "failed", "lost"]
TAGS = ["fast", "old", "none"]
MOMENTS = ["2026-05-01", "2026-05-03T00:00:00Z", "2026-05-04T02:00:00+02:00", "2027-01-01"]
FIELDS = st.sampled_from(
    [
        Field("param", "lr", 0),
        Field("param", "opt.name", 0),
        Field("param", "größe x/y", 0),
        Field("metric", "top.5", 0),
        Field("metric", "loss", 0, "max"),
        Field("metric", "loss", 0),
        *(Field("plain", name, 0) for name in ("name", "group", "number")),
        *(Field("plain", name, 0) for name in ("status", "tag", "started")),
    ]
)
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
LISTS, LIKES, IS = ["in", "not in"], ["like", "not like"], ["is missing", "is not missing"]
EQUAL = ["=", "!=", *LISTS, *IS]
ORDERED = [*COMPARE, *LISTS, *IS]


def asked_of(field: Field) -> tuple[list[str], st.SearchStrategy[Any]]:
    """The operators and the values that go with a field."""
    if field.kind == "param":
        return [*ORDERED, *LIKES], NUMBERS | st.sampled_from(TEXTS)
    if field.name in NAMES_OF_TEXTS:
        return [*ORDERED, *LIKES], st.sampled_from(TEXTS)
    sets = {"status": STATUSES, "tag": TAGS}
    if field.name in sets:
        return EQUAL, st.sampled_from(sets[field.name])
    if field.name == "started":
        return ORDERED, st.sampled_from(MOMENTS)
    return ORDERED, st.integers(0, 6).map(float) if field.name == "number" else NUMBERS


@st.composite
def comparisons(draw: st.DrawFn, fields: st.SearchStrategy[Field] = FIELDS) -> Comparison:
    field = draw(fields)
    operators, values = asked_of(field)
    asked = draw(st.sampled_from(operators))
    if asked in IS:
        return Comparison(field, asked)
    if asked in LISTS:
        return Comparison(field, asked, tuple(draw(st.lists(values, min_size=1, max_size=3))))
    if asked in LIKES:
        values = st.sampled_from(PATTERNS)
    return Comparison(field, asked, (draw(values),))


def trees(leaves: st.SearchStrategy[Comparison]) -> st.SearchStrategy[Any]:
    def above(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return st.builds(Not, parts) | st.builds(Every, several) | st.builds(Some, several)

    return st.recursive(leaves, above, max_leaves=5)


class Model:
    """Says which records fit.

    Args:
        ranks: the place of every text in the database's order of texts.
    """

    def __init__(self, ranks: dict[str, int]) -> None:
        self.ranks = ranks

    def holds(self, condition: Any, record: dict[str, Any]) -> bool:
        if isinstance(condition, Not):
            return not self.holds(condition.part, record)
        if not isinstance(condition, Comparison):
            every = all if isinstance(condition, Every) else any
            return every(self.holds(part, record) for part in condition.parts)
        if condition.field.kind == "plain":
            return self._plain(condition, record)
        found, is_there = value_of(record, condition.field)
        if condition.operator in IS:
            return is_there == (condition.operator == "is not missing")
        return is_there and self._compares(found, condition.operator, condition.values)

    def _plain(self, condition: Comparison, record: dict[str, Any]) -> bool:
        name, asked, values = condition.field.name, condition.operator, condition.values
        found = record.get(name, [] if name == "tag" else "running" if name == "status" else "")
        if asked in IS:
            return (found in ([], "")) == (asked == "is missing")
        if name == "tag":
            return any(value in found for value in values) == (asked in ("=", "in"))
        if name == "started":
            found, values = found.timestamp(), tuple(_seconds(str(one)) for one in values)
        return self._compares(found, asked, values)

    def _compares(self, found: Any, asked: str, values: tuple[Any, ...]) -> bool:
        if asked in LIKES:
            return is_like(text_of(found), values[0]) == (asked == "like")
        if asked not in LISTS:
            return self._beside(found, asked, values[0])
        if all(not isinstance(one, str) for one in values) and number_of(found) is None:
            return False
        return any(self._beside(found, "=", one) for one in values) == (asked == "in")

    def _beside(self, found: Any, asked: str, value: Any) -> bool:
        if isinstance(value, str):
            return bool(COMPARE[asked](self.ranks[text_of(found)], self.ranks[value]))
        number = number_of(found)
        return number is not None and bool(COMPARE[asked](number, value))


def texts() -> list[str]:
    """Every text that a comparison may meet."""
    held = [value_of(one, Field("param", name, 0)) for one in RECORDS for name in PATHS]
    own = [one.get(name, "") for one in RECORDS for name in ("name", "group", "status")]
    return sorted({*TEXTS, *STATUSES, *own, *(text_of(value) for value, there in held if there)})


PATHS = ("lr", "opt.name", "größe x/y")


def value_of(record: dict[str, Any], field: Field) -> tuple[Any, bool]:
    """A metric's or parameter's value, and whether there is one."""
    if field.kind == "metric":
        points = record["loss"] if field.name == "loss" else []
        value = max(points, default=None) if field.part == "max" else (points or [None])[-1]
        return value, bool(points)
    tree: Any = record["params"]
    for part in field.name.split("."):
        if part not in tree:
            return None, False
        tree = tree[part]
    return tree, True


def is_like(text: str, pattern: str) -> bool:
    signs = {"%": ".*", "_": "."}
    regex = "".join(signs.get(sign) or re.escape(sign) for sign in pattern)
    return re.fullmatch(regex, text, re.IGNORECASE | re.DOTALL) is not None


def _seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
