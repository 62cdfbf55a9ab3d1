"""What a run's clients say that they sent and had to drop, beside what the server received."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ..models import Run, RunEvent

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
    counts: Counter[str] = Counter()
    others: list[tuple[str, str]] = []
    for kind, writer, data in _told(run):
        if kind == "sent":
            points = data.get("points") if isinstance(data, dict) else None
            if isinstance(points, int):
                sent[writer] = max(sent.get(writer, 0), points)
            continue
        reasons = data.get("reasons") if isinstance(data, dict) else None
        if isinstance(reasons, dict):
            counts.update({str(why): n for why, n in reasons.items() if isinstance(n, int)})
        else:
            others.append((_text(data), ""))
    told = [(REASONS.get(why, why), f"{number:,}") for why, number in counts.most_common()]
    return Delivery(sum(sent.values()) if sent else None, told + others)


def _told(run: Run) -> Iterable[tuple[str, UUID, Any]]:
    """The events of both kinds in the order in which they happened, in one statement."""
    events = RunEvent.objects.filter(
        project_id=run.project_id, run_id=run.id, kind__in=("sent", "lost")
    )
    rows = events.order_by("at", "writer", "seq", "position")
    return rows.values_list("kind", "writer", "data")


def _text(data: Any) -> str:
    """What another client has to say, in one line."""
    if isinstance(data, dict):
        return ", ".join(f"{name} {value}" for name, value in data.items())[:200]
    return str(data)[:200]
