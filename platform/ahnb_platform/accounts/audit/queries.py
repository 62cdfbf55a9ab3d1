"""Reading the record: what somebody looks for, a page of it, all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Q, QuerySet

from ..models import AuditEvent, Team

EVENTS_A_PAGE = 50
EVENTS_AT_ONCE = 1000
# The next larger action, again and again: as many steps as there are actions, not events. In the
# order of the index, which is that of bytes.
ACTIONS = """
    WITH RECURSIVE listed AS (
        (SELECT action FROM accounts_auditevent WHERE {mine} ORDER BY action USING ~<~ LIMIT 1)
        UNION ALL
        SELECT (SELECT action FROM accounts_auditevent
                WHERE {mine} AND action ~>~ listed.action ORDER BY action USING ~<~ LIMIT 1)
        FROM listed WHERE listed.action IS NOT NULL
    )
    SELECT action FROM listed WHERE action IS NOT NULL
"""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; empty for everything.

    Attributes:
        actor: an address, `command line` or `anonymous`.
        action: `token.issued`; without a dot, how it begins: `token`.
        target: how the name of what was acted on begins, or its whole id.
        since, until: the first moment, and the one behind the last.
    """

    actor: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class EventsPage:
    """Some events, the newest first, and the cursor of those behind them ("" for none)."""

    events: list[AuditEvent]
    next_cursor: str


def events(team: Team | None, wanted: Wanted) -> QuerySet[AuditEvent]:
    """The events of a team, or of the server, the newest first."""
    rows = AuditEvent.objects.order_by("-at", "-id")
    if team is not None:
        rows = rows.filter(team=team)
    if wanted.actor:
        rows = rows.filter(actor_label=wanted.actor.lower())
    if wanted.action:
        is_whole = "." in wanted.action
        asked = {"action": wanted.action} if is_whole else {"action__startswith": wanted.action}
        rows = rows.filter(**asked)
    if wanted.target:
        begins = Q(target_label__startswith=wanted.target)
        rows = rows.filter(begins | Q(target_id=wanted.target))
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    return rows.filter(at__lt=wanted.until) if wanted.until else rows


def page_of(rows: QuerySet[AuditEvent], cursor: str) -> EventsPage:
    """Those behind the cursor; one that cannot be read begins at the newest."""
    found = list(_behind(rows, cursor)[: EVENTS_A_PAGE + 1])
    shown = found[:EVENTS_A_PAGE]
    return EventsPage(shown, _cursor(shown[-1]) if len(found) > EVENTS_A_PAGE else "")


def every(rows: QuerySet[AuditEvent]) -> Iterator[AuditEvent]:
    """All of them, with their seals, some at a time."""
    rows = rows.select_related("team", "seal").defer("seal__salts", "seal__digests")
    cursor = ""
    while True:
        found = list(_behind(rows, cursor)[:EVENTS_AT_ONCE])
        yield from found
        if len(found) < EVENTS_AT_ONCE:
            return
        cursor = _cursor(found[-1])


def known_actions(team: Team | None) -> list[str]:
    """What was ever done, by name."""
    mine = "TRUE" if team is None else "team_id = %(team)s"
    with connection.cursor() as cursor:
        cursor.execute(ACTIONS.format(mine=mine), {"team": team.pk if team else None})
        return [row[0] for row in cursor.fetchall()]


def _behind(rows: QuerySet[AuditEvent], cursor: str) -> QuerySet[AuditEvent]:
    place = _place(cursor)
    if place is None:
        return rows
    at, number = place
    # The first half alone bounds the index.
    return rows.filter(at__lte=at).exclude(at=at, id__gte=number)


def _cursor(event: AuditEvent) -> str:
    return f"{event.at.isoformat()},{event.pk}"


def _place(cursor: str) -> tuple[datetime, int] | None:
    at, _, number = cursor.partition(",")
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
        return (moment, min(int(number), 2**63 - 1)) if number.isascii() else None
    except (ValueError, OverflowError):
        return None
