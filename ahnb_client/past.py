"""What a run had recorded before this process takes it up, so that its counters go on."""

import contextlib
import json
import threading
from dataclasses import dataclass, field
from datetime import datetime

from . import record
from .clock import now
from .config import Config
from .errors import ConfigurationError
from .transport import loading
from .transport.journal import Position
from .transport.reader import Reader
from .transport.spool import LeftSegments

WAIT_SECONDS = 1.0
TICK_SECONDS = 0.001
# The last segment may hold nothing but words that came after the end.
SEGMENTS_LOOKED_AT = 4
_MAX_ANSWER_BYTES = 16 << 20  # a run document holds the model


@dataclass
class Past:
    """The newest attempt, -1 where nothing is known, and by unit the step after the last."""

    attempt: int = -1
    next_steps: dict[str, int] = field(default_factory=dict)
    last_at: float = 0.0  # seconds since the epoch, UTC, by the clock of whoever recorded it

    def present(self) -> float:
        """Now, but after all that is known: clocks are set back, machines differ in theirs."""
        return max(now(), self.last_at + TICK_SECONDS)

    @property
    def is_known(self) -> bool:
        """Whether the run has begun before."""
        return self.attempt >= 0

    def saw(self, attempt: int, unit: str, step: int) -> None:
        """Take a point into account."""
        self.attempt = max(self.attempt, attempt)
        if unit != "time":
            self.next_steps[unit] = max(self.next_steps.get(unit, 0), step + 1)

    def take(self, other: "Past") -> None:
        """Take into account what somebody else knows."""
        self.attempt = max(self.attempt, other.attempt)
        self.last_at = max(self.last_at, other.last_at)
        for unit, step in other.next_steps.items():
            self.saw(other.attempt, unit, step - 1)


def past_of(run_id: str, config: Config) -> Past:
    """What this machine and the server know of a run; waits a second for the server at most."""
    past = Past()
    for folder in config.directory.glob(f"{run_id}*") if config.directory else ():
        # One that is just being made or sent away hides none of the others.
        with contextlib.suppress(OSError, ValueError):
            past.take(_past_in(LeftSegments(folder)))
    if config.can_send:
        found: list[Past] = []
        asking = threading.Thread(target=_ask, args=(found, run_id, config), daemon=True)
        asking.start()
        asking.join(WAIT_SECONDS)
        for told in found:
            past.take(told)
    return past


def _past_in(segments: LeftSegments) -> Past:
    """How far a spool came that a process before this one left; its end tells."""
    past = Past()
    for number in sorted(segments.numbers(), reverse=True)[:SEGMENTS_LOOKED_AT]:
        past = _past_from(segments, number)
        if past.next_steps:
            break
    return past


def _past_from(segments: LeftSegments, number: int) -> Past:
    """What the records from this segment on say."""
    past = Past()
    reader = Reader(segments)
    for _, payload in reader.records(Position(number, 0)):
        prefix = record.prefix_of(payload)
        past.attempt = max(past.attempt, prefix.attempt)
        past.last_at = max(past.last_at, _time_of(prefix, payload))
        if prefix.kind == record.POINT and (series := reader.definition(prefix.series)):
            past.saw(prefix.attempt, series[0], record.POINT_HEAD.unpack_from(payload)[4])
    return past


def _time_of(prefix: record.Prefix, payload: bytes) -> float:
    """When a record was made; 0 of one that does not say."""
    if prefix.kind == record.POINT:
        return record.time_of(payload)
    if prefix.kind == record.EVENT:
        return float(json.loads(payload[record.PREFIX.size :]).get("at") or 0.0)
    return 0.0


def _ask(found: list[Past], run_id: str, config: Config) -> None:
    with contextlib.suppress(ConfigurationError, KeyError, TypeError, ValueError):
        server = loading.http().Server(
            config.server, config.key, max_answer_bytes=_MAX_ANSWER_BYTES
        )
        answer = server.send("GET", f"runs/{run_id}/")
        server.close()
        if answer.status != 200:
            return
        past = Past(int(answer.document.get("attempt") or 0))
        past.last_at = max(
            _seconds(answer.document.get(name)) for name in ("started_at", "finished_at")
        )
        for metric in answer.document["metrics"].values():
            if metric["last_step"] is not None:
                past.saw(past.attempt, metric["unit"], int(metric["last_step"]))
        found.append(past)


def _seconds(moment: str | None) -> float:
    """A time of a document as seconds since the epoch; 0 of none."""
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
