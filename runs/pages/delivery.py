"""What a run's clients say that they sent and had to drop, beside what the server received."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .. import queries
from ..models import Run

REASONS = {
    "no-room": "no room on the disk",
    "spool-full": "thinned out: the spool was full",
    "refused": "refused by the server",
    "bad-value": "no number",
    "damaged": "damaged on the disk",
    "after-end": "logged after the end",
    "event": "an event too large",
    "client-error": "a mistake of the client",
}


@dataclass(frozen=True)
class Delivery:
    """Points that the clients sent (None as long as none has said so), and losses by reason."""

    sent: int | None
    lost: list[tuple[str, str]]


def delivery_of(run: Run) -> Delivery:
    """Sums over all writers; each tells its sum so far, or what was lost since it last told."""
    sent: dict[UUID, int] = {}
    for event in queries.events_of(run, "sent"):
        points = event.data.get("points") if isinstance(event.data, dict) else None
        if isinstance(points, int):
            sent[event.writer] = max(sent.get(event.writer, 0), points)
    counts: Counter[str] = Counter()
    others: list[tuple[str, str]] = []
    for event in queries.events_of(run, "lost"):
        reasons = event.data.get("reasons") if isinstance(event.data, dict) else None
        if isinstance(reasons, dict):
            counts.update({str(why): n for why, n in reasons.items() if isinstance(n, int)})
        else:
            others.append((_text(event.data), ""))
    told = [(REASONS.get(why, why), f"{number:,}") for why, number in counts.most_common()]
    return Delivery(sum(sent.values()) if sent else None, told + others)


def _text(data: Any) -> str:
    """What another client has to say, in one line."""
    if isinstance(data, dict):
        return ", ".join(f"{name} {value}" for name, value in data.items())[:200]
    return str(data)[:200]
