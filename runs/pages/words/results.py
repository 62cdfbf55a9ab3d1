"""What came out: the metric that decides, and the others in short."""

from __future__ import annotations

from collections.abc import Iterator

from ahnb_platform.web import formats
from ahnb_platform.web.formats import counted

from ...metrics import Summary
from ..groups import SYSTEM
from .parts import Sentence, listed, name, numbers
from .record import Record, best_of

MOST_OTHERS = 4
NO_RESULT = (SYSTEM, "batch/", "learning_rate")


def headline_sentences(record: Record) -> Iterator[Sentence]:
    """Best and last of what decides; nothing without a finite value."""
    summary, objective = record.decisive, record.objective
    if summary is None or objective is None:
        return
    best, at = best_of(summary, objective.mode)
    if best is None or summary.last is None:
        return
    best_part, last_part = numbers(best, summary.last)
    ends: Sentence
    # What came after the last finite value is told as a finding.
    value = "last finite value" if summary.nonfinite else "last"
    if summary.count == 1:
        yield ["Its only ", name(objective.metric), " is ", best_part, _at(summary, at), "."]
        return
    if best == summary.last and at == summary.last_step:
        ends = [f", also its {value}."]
    else:
        ends = [f", and its {value} is ", last_part, _at(summary, summary.last_step), "."]
    start: Sentence = ["Its best ", name(objective.metric), " is ", best_part]
    yield [*start, _at(summary, at), *ends]


def other_sentences(record: Record) -> Iterator[Sentence]:
    """The last values of other metrics: of evaluations first, then validation, then training."""
    decides = record.objective.metric if record.objective else ""
    others = [
        (metric, summary)
        for metric, summary in record.run.metrics.items()
        if metric != decides and not metric.startswith(NO_RESULT) and summary.last is not None
    ]
    if not others:
        return
    others.sort(key=lambda other: _order(other[0]))
    shown = others[:MOST_OTHERS]
    items: list[Sentence] = [
        [name(metric), " ", *numbers(summary.last or 0.0)] for metric, summary in shown
    ]
    if more := len(others) - len(items):
        items.append([counted(more, "more metric")])
    finite = " finite" if any(summary.nonfinite for _, summary in shown) else ""
    values = "value" if len(others) == 1 else "values"
    metrics = "another metric" if len(others) == 1 else "other metrics"
    yield [f"Last{finite} {values} of {metrics}: ", *listed(items), "."]


def _order(metric: str) -> tuple[int, str]:
    prefixes = ("evaluate/", "val_")
    known = (place for place, prefix in enumerate(prefixes) if metric.startswith(prefix))
    return next(known, len(prefixes)), metric


def _at(summary: Summary, at: float | None) -> str:
    """Where a value is; times of the clock are not said."""
    if at is None or summary.unit == "time":
        return ""
    return f" at {summary.unit} {formats.number(int(at))}"
