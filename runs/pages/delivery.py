"""What a run's clients say that they sent and had to drop, beside what the server received."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Run

MOST_ROWS = 50  # of what clients say in their own words
REASONS = {
    "no-room": "no room on the disk",
    "spool-full": "thinned out: the spool was full",
    "refused": "refused by the server",
    "refused-event": "events that the server refused",
    "bad-value": "no number",
    "bad-step": "a step that is no whole number",
    "damaged": "damaged on the disk",
    "after-end": "logged after the end",
    "event": "an event too large",
    "client-error": "a mistake of the client",
    "file": "files that could not be attached",
}


@dataclass(frozen=True)
class Saying:
    """What a client said of the delivery, by one of its events."""

    writer: UUID
    at: datetime
    data: Any


@dataclass(frozen=True)
class Writer:
    """One process that sent: batches without a gap, and which are missing before later ones."""

    id: UUID
    acked: int
    missing: str


@dataclass(frozen=True)
class Attempt:
    """A training that went on from an earlier step; what lay behind that step stays a branch.

    Attributes:
        from_step: the first step of its own; 0 for the first attempt.
        began_at: when its client said so; None where it did not.
    """

    number: int
    from_step: int
    began_at: datetime | None


@dataclass(frozen=True)
class Delivery:
    """Points that the clients sent (None as long as none has said so), and losses by reason.

    Attributes:
        on_their_way: of the points sent, how many neither came nor were lost.
        attempts: the newest last; empty where there was one alone.
    """

    sent: int | None
    received: int
    on_their_way: int
    lost: list[tuple[str, str]]
    writers: list[Writer]
    attempts: list[Attempt]


# What clients say of it, as JSON in the order in which it happened; read beside other things.
SAID = """
SELECT jsonb_agg(jsonb_build_array(e.kind, e.writer, e.at, e.data)
                 ORDER BY e.at, e.writer, e.seq, e.position)::text
FROM runs_runevent e
WHERE e.project_id = %(project)s AND e.run_id = %(run)s::uuid
      AND e.kind IN ('sent', 'lost', 'attempt')
"""


def delivery_of(run: Run, said: str | None) -> Delivery:
    """Sums over all writers; each tells its sum so far, or what was lost since it last told.

    Args:
        said: what `SAID` reads; None where no client said anything.
    """
    by_kind: dict[str, list[Saying]] = {"sent": [], "lost": [], "attempt": []}
    for kind, writer, at, data in json.loads(said or "[]"):
        by_kind[kind].append(Saying(UUID(writer), datetime.fromisoformat(at), data))
    sent = _sent(by_kind["sent"])
    counts, others = _lost(by_kind["lost"])
    told = [(REASONS.get(why, why), f"{number:,}") for why, number in counts.most_common()]
    received = run.state.points if run.state else 0
    return Delivery(
        sent=sent,
        received=received,
        on_their_way=max(
            0, (sent or 0) - received - (counts.total() - counts["file"] - counts["refused-event"])
        ),
        lost=told + others,
        writers=_writers(run),
        attempts=_attempts(run, by_kind["attempt"]),
    )


def _sent(events: Iterable[Saying]) -> int | None:
    sent: dict[UUID, int] = {}
    for event in events:
        points = event.data.get("points") if isinstance(event.data, dict) else None
        if isinstance(points, int):
            sent[event.writer] = max(sent.get(event.writer, 0), points)
    return sum(sent.values()) if sent else None


def _lost(events: Iterable[Saying]) -> tuple[Counter[str], list[tuple[str, str]]]:
    """Losses by reason, and what other clients say in their own words."""
    counts: Counter[str] = Counter()
    others: list[tuple[str, str]] = []
    for event in events:
        reasons = event.data.get("reasons") if isinstance(event.data, dict) else None
        if isinstance(reasons, dict):
            counts.update({str(why): n for why, n in reasons.items() if isinstance(n, int)})
            others += _metrics(event.data.get("metrics"))
        else:
            others.append((_text(event.data), ""))
    return counts, list(dict.fromkeys(others))[:MOST_ROWS]


def _metrics(named: Any) -> list[tuple[str, str]]:
    """The metrics that were refused, and why."""
    told = named.items() if isinstance(named, dict) else ()
    return [(f"metric “{str(name)[:100]}”: {str(why)[:200]}", "") for name, why in told]


def _writers(run: Run) -> list[Writer]:
    if run.metric_state is None:
        return []
    found = []
    for writer, delivered in run.metric_state.decoded.writers.items():
        ends = [delivered.acked + 1, *(stop for _, stop in delivered.beyond)]
        gaps = zip(ends, (first for first, _ in delivered.beyond), strict=False)
        missing = [f"{low:,}" if high == low + 1 else f"{low:,}–{high - 1:,}" for low, high in gaps]
        found.append(Writer(writer, delivered.acked, ", ".join(missing)))
    return found


def _attempts(run: Run, events: Iterable[Saying]) -> list[Attempt]:
    began = {
        event.data["attempt"]: event.at
        for event in events
        if isinstance(event.data, dict) and isinstance(event.data.get("attempt"), int)
    }
    begun = run.state.attempts if run.state else {}
    if len(begun) < 2:
        return []
    began.setdefault(0, run.started_at)
    return [Attempt(one, begun[one], began.get(one)) for one in sorted(begun)]


def _text(data: Any) -> str:
    """What another client has to say, in one line."""
    if isinstance(data, dict):
        return ", ".join(f"{name} {value}" for name, value in data.items())[:200]
    return str(data)[:200]
