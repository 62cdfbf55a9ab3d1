"""A batch as JSON to what is stored of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from ahnb_platform.api.strictjson import escaped
from ahnb_platform.errors import Invalid, Item, Malformed

from ..metrics import Batch
from .axes import read_axes
from .columns import read_columns
from .events import MOST_ATTEMPTS, Event, check_data, check_kind
from .fault import Fault
from .numbers import LARGEST_STEP, Clock, is_number, is_whole
from .refusals import Refusals

FIELDS = frozenset(("writer", "seq", "attempt", "axes", "metrics", "events"))
EVENT_FIELDS = frozenset(("kind", "at", "data"))
CLOCK_SKEW = "clock-skew"


@dataclass(frozen=True)
class Parsed:
    """What is stored of a batch."""

    batch: Batch
    events: list[Event]


def parse_batch(document: Any, received: float | None = None) -> Parsed:
    """Take a batch apart; what is refused by item stands in `batch.rejected`.

    Args:
        document: as `strictjson.read` gave it.
        received: UTC seconds; now by default.

    Raises:
        Malformed: wrong at the top: no object, a bad writer, seq or attempt, a wrong type.
        Invalid: `unknown-field`.
    """
    writer, seq, attempt = _head(document)
    clock = Clock(time.time() if received is None else received)
    refusals = Refusals()
    axes = read_axes(_part(document, "axes", list), clock, refusals)
    columns, content = read_columns(_part(document, "metrics", dict), axes, refusals)
    events = _events(_part(document, "events", list), clock, refusals)
    rejected = refusals.entries()
    digest = blake2b(b"%d" % attempt, digest_size=8)
    for axis in axes:
        digest.update(b"|".join(axis.content) if axis else b"?")
    digest.update(b"|".join(content))
    if events or rejected:
        digest.update(
            orjson.dumps([_stated(document, events), rejected], option=orjson.OPT_SORT_KEYS)
        )
    if clock.skewed:
        events.append(Event(0, CLOCK_SKEW, None, {}, once=True))
    batch = Batch(writer, seq, attempt, digest.digest(), columns, rejected)
    return Parsed(batch, events)


def _stated(document: Mapping[str, Any], events: Sequence[Event]) -> list[list[Any]]:
    """The events as they were sent: what is believed of their times changes with the clock."""
    times = [str(document["events"][event.position].get("at")) for event in events]
    return [
        [event.position, event.kind, at, event.data]
        for event, at in zip(events, times, strict=True)
    ]


def _head(document: Any) -> tuple[UUID, int, int]:
    if not isinstance(document, dict):
        raise Malformed("A batch is a JSON object.", code="not-an-object")
    writer, seq = _writer(document.get("writer")), document.get("seq")
    if not is_whole(seq, LARGEST_STEP) or seq == 0:
        raise _malformed("/seq", "bad-seq", "The seq of a batch is an integer from 1 to 2^53-1.")
    attempt = document.get("attempt", 0)
    if not is_whole(attempt, MOST_ATTEMPTS):
        raise _malformed(
            "/attempt", "bad-attempt", f"An attempt is an integer from 0 to {MOST_ATTEMPTS}."
        )
    for name in document.keys() - FIELDS:
        if not name.startswith("x_"):
            item = Item(f"/{escaped(name)}", "unknown-field", "A batch has no such field.")
            raise Invalid("A batch has no such field.", code="unknown-field", items=(item,))
    return writer, seq, attempt


def _writer(value: Any) -> UUID:
    try:
        writer = UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        writer = None
    if writer is None:
        raise _malformed("/writer", "bad-writer", "The writer of a batch is a UUID.")
    return writer


def _part(document: Mapping[str, Any], name: str, kind: type) -> Any:
    value = document.get(name, kind())
    if not isinstance(value, kind):
        word = "an object" if kind is dict else "a list"
        raise _malformed(f"/{name}", "bad-type", f"{name} must be {word}.")
    return value


def _malformed(pointer: str, code: str, detail: str) -> Malformed:
    return Malformed(detail, code=code, items=(Item(pointer, code, detail),))


def _events(entries: Sequence[Any], clock: Clock, refusals: Refusals) -> list[Event]:
    events = []
    for position, entry in enumerate(entries):
        try:
            events.append(_event(position, entry, clock))
        except Fault as fault:
            refusals.add(f"/events/{position}", fault)
    return events


def _event(position: int, entry: Any, clock: Clock) -> Event:
    if not isinstance(entry, dict):
        raise Fault("", "bad-event", "An event is an object with kind, at and data.")
    for name in entry.keys() - EVENT_FIELDS:
        if not name.startswith("x_"):
            raise Fault("", "unknown-field", "An event has no such field.")
    kind = check_kind(entry.get("kind"))
    data = check_data(kind, entry.get("data", {}))
    return Event(position, kind, _moment(entry.get("at"), clock), data)


def _moment(at: Any, clock: Clock) -> datetime | None:
    if at is None:
        return None
    if not is_number(at):
        raise Fault("/at", "bad-time", "at is in seconds since 1970.")
    seconds = clock.plausible_one(float(at))
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
