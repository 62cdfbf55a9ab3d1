"""The run's rank among those of its project that have the metric that decides."""

from __future__ import annotations

from collections.abc import Iterator

from ahnb_platform.web import formats
from ahnb_platform.web.formats import counted

from .parts import Part, Sentence, link, name, numbers
from .record import Facts, Record, best_of


def standing_sentences(record: Record) -> Iterator[Sentence]:
    """Nothing of the only run, nor of one that has no rank."""
    standing, objective = record.standing, record.objective
    if standing is None or objective is None or standing.of < 2:
        return
    of = f"{formats.number(standing.of)} runs with "
    if standing.shared_with:
        place = f"It shares place {formats.number(standing.place)} of {of}"
        others = f" with {counted(standing.shared_with, 'other')}"
        # Of equal runs the record stays with the one that ended first.
        first = ", and ended first" if standing.is_record and record.run.finished_at else ""
        yield [place, name(objective.metric), others, first, *_ahead(record), "."]
    elif standing.is_record:
        yield ["That is the best of ", of, name(objective.metric), "."]
    else:
        place = f"That is place {formats.number(standing.place)} of {of}"
        yield [place, name(objective.metric), *_ahead(record), "."]


def _ahead(record: Record) -> Sentence:
    """Which run is the best, and by what; nothing where this one is no worse."""
    best, summary, objective = record.best, record.decisive, record.objective
    if best is None or best.value is None or summary is None or objective is None:
        return []
    own, _ = best_of(summary, objective.mode)
    if own is None or own == best.value:
        return []
    return ["; the best is ", run_link(best), " with ", numbers(best.value, own)[0]]


def run_link(facts: Facts) -> Part:
    return link(f"#{facts.number} {facts.name}", facts.address)
