"""Pages of a search, by keyset: the cursor says where the last page ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing

from .conditions import matching
from .counting import count_of_matches
from .errors import QueryError
from .grammar import parse_order, parse_query
from .orders import Place, phases_of

NEWEST_FIRST = "-started"
MOST_RUNS = 1_000
_SALT = "runs.search"


@dataclass(frozen=True)
class Found:
    """One page: ids in order, the way to the next page, and the number of matches in all."""

    run_ids: list[UUID]
    next_cursor: str | None
    total: int


def find(
    *,
    project_id: int,
    q: str,
    order: str,
    limit: int,
    cursor: str | None,
    listed: int | None = None,
) -> Found:
    """One page of the runs that match.

    Args:
        q: conditions; empty for all runs.
        order: a field, with `-` before it for large to small; empty for the newest first.
        limit: runs on the page, 1 to `MOST_RUNS`.
        cursor: `next_cursor` of the page before, with the same order.
        listed: how many runs the project lists, if the caller knows.

    Raises:
        QueryError: `q`, `order` or `cursor` cannot be understood.
    """
    order = order or NEWEST_FIRST
    condition = parse_query(q)
    field, descending = parse_order(order)
    phases = phases_of(project_id, field, descending=descending)
    index, after = _read_cursor(cursor, order, len(phases))
    matched = count_of_matches(project_id, condition, listed)
    matches = matching(project_id, condition, matched.ids)
    found: list[tuple[int, Place]] = []
    # Without a cursor one knows when every match is found, and need not ask the next phase.
    wanted = limit + 1 if cursor else min(limit + 1, matched.number)
    while len(found) < wanted and index < len(phases):
        places = phases[index].places(matches, after, limit + 1 - len(found))
        found += [(index, place) for place in places]
        index, after = index + 1, None
    next_cursor = _cursor(order, *found[limit - 1]) if len(found) > limit else None
    return Found([run_id for _, (_, run_id) in found[:limit]], next_cursor, matched.number)


def _cursor(order: str, phase: int, place: Place) -> str:
    value, run_id = place
    if isinstance(value, datetime):
        value = value.isoformat()
    return signing.dumps([order, phase, value, run_id.hex], salt=_SALT)


def _read_cursor(cursor: str | None, order: str, phases: int) -> tuple[int, Place | None]:
    """Where to go on. The signature says that the cursor is one of ours."""
    if not cursor:
        return 0, None
    try:
        stated: list[Any] = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise QueryError(
            "The cursor is not one that this server gave.", parameter="cursor", code="bad-cursor"
        ) from error
    if stated[0] != order or stated[1] >= phases:
        raise QueryError(
            "The cursor belongs to another order.", parameter="cursor", code="bad-cursor"
        )
    return stated[1], (stated[2], UUID(stated[3]))
