"""Names in a search that no run of the project has.

That is no error: a training that is to log the metric may begin in a minute.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from django.db import connection

from ..distinct import distinct_values
from ..metrics.models import MetricSummary
from ..models import RunParam
from .fields import Field
from .grammar import parse_order, parse_query
from .printing import printed_field
from .tree import fields_of

# So many are told, and among so many names one is looked for that was meant.
MOST_HINTS, MOST_NAMES = 3, 2_000
KINDS = {"metric": "metric", "param": "parameter"}
# By hops through the index: for EXISTS of what is not there PostgreSQL would read the table.
UNKNOWN = """
SELECT place FROM unnest(%(kinds)s::text[], %(names)s::text[]) WITH ORDINALITY
    AS asked(kind, name, place)
WHERE name IS DISTINCT FROM CASE kind
    WHEN 'metric' THEN (SELECT min(m.name) FROM runs_metricsummary m
                        WHERE m.project_id = %(project)s AND m.name >= asked.name)
    ELSE (SELECT min(p.key) FROM runs_runparam p
          WHERE p.project_id = %(project)s AND p.key >= asked.name)
    END
ORDER BY place LIMIT %(most)s
"""


@dataclass(frozen=True)
class Hint:
    """What may be wrong though it can be asked.

    Attributes:
        parameter: which part of the search, `q` or `order`.
        position: where in it, counted in characters from 0.
        detail: a sentence for a person.
    """

    parameter: str
    position: int
    detail: str


def hints_of(project_id: int, q: str, order: str = "") -> list[Hint]:
    """What is named in the search and no run has, with the name that may have been meant.

    Raises:
        QueryError: `q` or `order` cannot be understood.
    """
    asked = list(_named(q, order))
    unknown = [asked[at] for at in _unknown(project_id, [field for _, field, _ in asked])]
    if not unknown:
        return []
    known = {
        "metric": distinct_values(MetricSummary, project_id, "name", most=MOST_NAMES),
        "param": distinct_values(RunParam, project_id, "key", most=MOST_NAMES),
    }
    return [Hint(where, at, _sentence(field, known)) for where, field, at in unknown]


def _named(q: str, order: str) -> Iterator[tuple[str, Field, int]]:
    """The metrics and parameters of a search, each once, and where they stand."""
    condition = parse_query(q)
    found = [("q", field, field.position) for field in (fields_of(condition) if condition else ())]
    if order:
        field, descending = parse_order(order)
        found.append(("order", field, field.position + descending))
    seen = set()
    for where, field, position in found:
        if field.kind != "plain" and (field.kind, field.name) not in seen:
            seen.add((field.kind, field.name))
            yield where, field, position


def _unknown(project_id: int, fields: Sequence[Field]) -> list[int]:
    """The places of those fields that no run of the project has."""
    if not fields:
        return []
    kinds, names = [str(one.kind) for one in fields], [one.name for one in fields]
    asked: dict[str, Any] = {"kinds": kinds, "names": names}
    asked |= {"project": project_id, "most": MOST_HINTS}
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN, asked)
        return [place - 1 for (place,) in cursor.fetchall()]


def _sentence(field: Field, known: dict[str, list[str]]) -> str:
    meant = _meant(field, known)
    question = f"; did you mean {printed_field(meant)}?" if meant else "."
    return f"No run has a {KINDS[field.kind]} “{field.name}”{question}"


def _meant(field: Field, known: dict[str, list[str]]) -> Field | None:
    """The same name of the other kind, the path that ends so, or what is written nearly so."""
    other: Literal["metric", "param"] = "param" if field.kind == "metric" else "metric"
    if field.name in known[other]:
        return Field(other, field.name, 0)
    names = known[field.kind]
    name = _ending(field.name, names) or _nearest(field.name, names)
    return Field(field.kind, name, 0, field.part) if name else None


def _ending(name: str, names: Iterable[str]) -> str | None:
    return next((one for one in names if one.lower().endswith(f".{name.lower()}")), None)


def _nearest(name: str, names: Iterable[str]) -> str | None:
    """By its letters, or by those after the last dot."""
    lower = {one.lower(): one for one in names}
    short = {one.rpartition(".")[2]: one for one in reversed(lower)}
    close = get_close_matches(name.lower(), lower, 1, 0.7)
    last = name.lower().rpartition(".")[2]
    ends = [] if close else [short[one] for one in get_close_matches(last, short, 1, 0.8)]
    return next((lower[one] for one in (*close, *ends)), None)
