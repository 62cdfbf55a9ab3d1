"""What a run shares with others for certain, and which runs it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import orjson

from ..models import Run
from .overview import rows_of

NOTHING: Mapping[str, str] = MappingProxyType({})
MOST_NAMED = 3
# Of the runs that share something so many are counted.
MOST_COUNTED = 1_000
SHORT = 8
# The column, the field of the query language, and what it is called.
SHARED = (
    ("architecture", "architecture", "architecture"),
    ("weights_hash", "weights", "weights at start"),
    ("trained_hash", "trained", "weights at end"),
    ("data_hash", "data", "data"),
    ("code_hash", "code", "code"),
    ("commit", "commit", "commit"),
    ("configuration", "configuration", "configuration"),
)


# By kind how many runs, and the newest numbers of them.
Found = dict[str, tuple[int, Sequence[int]]]


@dataclass(frozen=True)
class Shared:
    """One hash: the newest other runs with the same, how many more there are, and where all are.

    `is_counted` is false where there are more than were counted.
    """

    label: str
    short: str
    value: str
    numbers: Sequence[int]
    more: int
    is_counted: bool
    address: str
    remark: str = ""


@dataclass(frozen=True)
class Lineage:
    """How other runs are related; `words` come before their numbers."""

    words: str
    numbers: Sequence[int]
    more: int
    is_counted: bool


def documents_of(
    run: Run, beside: Mapping[str, str] = NOTHING
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The documents of a run by kind, the context of the card, and what else is wanted.

    Args:
        beside: statements by what they give: one JSON text each, with `project` and `id` given.
    """
    columns = [column for column, _, _ in SHARED if getattr(run, column)]
    documents: dict[str, Any] = {}
    others: dict[str, Any] = {}
    found: Found = {}
    for part, kind, text in _read(run, columns, beside):
        if part == "document":
            documents[kind] = orjson.loads(text)
        elif part == "beside":
            others[kind] = orjson.loads(text) if text else None
        else:
            count, numbers = orjson.loads(text)
            found[kind] = count, numbers or ()
    return documents, _card(run, documents, found), others


def _card(run: Run, documents: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """What is proved, and nothing else."""
    remarks = _remarks(documents)
    return {
        "shared": [
            _shared(run, *one, found[one[0]], remarks.get(one[0], ""))
            for one in SHARED
            if one[0] in found
        ],
        "lineage": [
            Lineage(words, found[kind][1], *_more(*found[kind]))
            for kind, words in LINEAGE.items()
            if kind in found and found[kind][0]
        ],
        "attempts": max(run.state.attempts, default=0) if run.state else 0,
    }


def _shared(
    run: Run,
    column: str,
    field: str,
    label: str,
    told: tuple[int, Sequence[int]],
    remark: str,
) -> Shared:
    value = getattr(run, column)
    query = urlencode({"q": f'{field} = "{value}"'})
    address = f"{run.project.get_absolute_url()}?{query}"
    count, numbers = told
    return Shared(label, value[:SHORT], value, numbers, *_more(count, numbers), address, remark)


def _more(count: int, numbers: Sequence[int]) -> tuple[int, bool]:
    is_counted = count <= MOST_COUNTED
    return min(count, MOST_COUNTED) - len(numbers), is_counted


def _remarks(documents: Mapping[str, Any]) -> dict[str, str]:
    """What the hashes leave open."""
    environment, summary = (_mapped(documents.get(kind)) for kind in ("environment", "summary"))
    sampled = "of a sample of the values"
    return {
        "weights_hash": sampled if _is_sampled(environment) else "",
        "trained_hash": sampled if _is_sampled(summary) else "",
        "commit": "and uncommitted changes" if _mapped(environment.get("git")).get("dirty") else "",
    }


def _is_sampled(document: Mapping[str, Any]) -> bool:
    return _mapped(document.get("weights")).get("is_whole") is False


# One statement

DOCUMENTS = """
SELECT 'document', kind, data::text FROM runs_rundocument
WHERE project_id = %(project)s AND run_id = %(id)s
"""
COUNTED = """
SELECT 'shared', {kind},
       json_build_array(count(*), (array_agg(number ORDER BY number DESC))[1:{named}])::text
FROM (SELECT r.number FROM runs_run r WHERE r.project_id = %(project)s AND r.id <> %(id)s
      AND r.trashed_at IS NULL AND {holds} LIMIT {most}) AS found
"""
LISTED = "r.archived_at IS NULL"
# Trained weights that differ from the first ones were made by that run.
WAS_TRAINED = "r.trained_hash <> '' AND r.trained_hash <> r.weights_hash"
LINEAGE = {
    "rerun of": "Repeats",
    "begins from": "Starts with the weights that were the end of",
    "reruns": "Repeated by",
    "goes on in": "Its last weights are the start of",
}


def _read(run: Run, columns: Sequence[str], beside: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The documents; how many other runs share each column or are related; what is beside."""
    values: dict[str, Any] = {
        "project": run.project_id,
        "id": run.id,
        "started": run.started_at,
        "finished": run.finished_at,
        "rerun_of": run.rerun_of,
        **{column: getattr(run, column) for column in columns},
    }
    # The columns are those of SHARED; what they hold is passed beside the statement.
    conditions = {
        column: f"{LISTED} AND r.{column} = %({column})s AND r.{column} <> ''" for column in columns
    }
    conditions["reruns"] = "r.rerun_of = %(id)s"
    if run.rerun_of:
        conditions["rerun of"] = "r.id = %(rerun_of)s"
    if run.weights_hash:
        conditions["begins from"] = (
            f"r.trained_hash = %(weights_hash)s AND {WAS_TRAINED} AND r.finished_at <= %(started)s"
        )
    if run.trained_hash and run.trained_hash != run.weights_hash and run.finished_at:
        conditions["goes on in"] = (
            "r.weights_hash = %(trained_hash)s AND r.weights_hash <> ''"
            " AND r.started_at >= %(finished)s"
        )
    parts = [
        COUNTED.format(kind=f"'{kind}'", named=MOST_NAMED, holds=holds, most=MOST_COUNTED + 1)
        for kind, holds in conditions.items()
    ]
    others = [f"SELECT 'beside', '{kind}', ({one})" for kind, one in beside.items()]
    statement = " UNION ALL ".join(f"({part})" for part in [DOCUMENTS, *parts, *others])
    return rows_of(statement, values)


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
