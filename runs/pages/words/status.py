"""How the run stands, since when, and how much of the plan is done."""

from __future__ import annotations

from collections.abc import Iterator

from ahnb_platform.web import formats
from ahnb_platform.web.formats import counted

from ...metrics import Summary
from ..groups import SYSTEM
from .parts import Sentence, moment, reason
from .record import Record, mapped, whole


def status_sentences(record: Record) -> Iterator[Sentence]:
    """One sentence, and a second one where there is more to say."""
    if record.status == "running":
        yield _running(record)
    elif record.status == "lost":
        yield _lost(record)
        yield [
            "The training may have died, or cannot reach this server; what it still has will"
            " arrive when it can."
        ]
    else:
        yield _ended(record)
        if record.run.status_reason.strip():
            yield ["The reason given: ", reason(record.run.status_reason), "."]


def _running(record: Record) -> Sentence:
    done, planned = epochs_done(record), epochs_planned(record)
    if planned is None or done > planned:
        told = f": {counted(done, 'epoch')} done." if done else "."
    else:
        told = f": {formats.number(done) if done else 'none'} of {counted(planned, 'epoch')} done."
    return ["Training since ", moment(record.run.started_at), told]


def _lost(record: Record) -> Sentence:
    words = _after(record)
    told = f", after {words}" if words else ""
    return ["No sign of life since ", moment(record.run.last_seen_at), f"{told}."]


def _ended(record: Record) -> Sentence:
    seconds = record.run.duration_seconds
    told = [formats.duration(seconds)] if seconds else []
    if words := _after(record):
        told.append(words)
    after = f" after {' and '.join(told)}" if told else ""
    return [f"{record.status.capitalize()}{after}."]


def _after(record: Record) -> str:
    """How many epochs, beside the plan where it is known; "" where nothing was done."""
    done, planned = epochs_done(record), epochs_planned(record)
    if planned is None or done > planned:
        return counted(done, "epoch") if done else ""
    if done == planned:
        return (
            "the one planned epoch" if done == 1 else f"all {formats.number(done)} planned epochs"
        )
    return f"{formats.number(done) if done else 'none'} of {counted(planned, 'planned epoch')}"


def epochs_done(record: Record) -> int:
    """Epochs that left a point; of a resumed run, those that were repeated count once."""
    logged = [one for name, one in record.run.metrics.items() if _is_of_epochs(name, one)]
    done = max((one.count for one in logged), default=0)
    if len(record.attempts) > 1:
        reached = max(
            (int(one.last_step) for one in logged if one.last_step is not None), default=0
        )
        done = min(done, reached + 1 - _begun_at(record))
    return max(done, 0)


def epochs_planned(record: Record) -> int | None:
    """How many epochs `fit` was asked for, without those that were done before the run."""
    planned = whole(mapped(record.run.params.get("fit")).get("epochs"))
    if planned is None or planned <= _begun_at(record):
        return None
    return planned - _begun_at(record)


def _begun_at(record: Record) -> int:
    return whole(mapped(record.run.params.get("fit")).get("initial_epoch")) or 0


def _is_of_epochs(name: str, summary: Summary) -> bool:
    return summary.unit == "epoch" and not name.startswith(SYSTEM)
