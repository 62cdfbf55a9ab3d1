"""What the record proves that one should know before trusting or repeating the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ahnb_platform.web.formats import counted, number

from ...identity import is_seed
from ...models import Severity
from ...params import flattened
from .parts import Sentence, link, listed, name, short
from .record import Record, best_of

MOST_METRICS = 3
MOST_REASONS = 4
MOST_RULES = 3
LONGEST_FINDING = 200
# An early best is worth a word when so many epochs, and such a part of all, came after it.
EPOCHS_AFTER = 5
PART_AFTER = 0.25
HIDDEN = {
    "order": ("cell ran after one that stands below it", "cells ran after one that stands below"),
    "edited": ("cell also ran in another version", "cells also ran in another version"),
    "deleted": ("cell that ran was deleted since", "cells that ran were deleted since"),
}


def finding_sentences(record: Record) -> Iterator[Sentence]:
    """Each finding by itself, what harms the result first."""
    for tell in FINDINGS:
        yield from tell(record)


def rules(record: Record) -> Iterator[Sentence]:
    """What rules found that is wrong, or probably wrong, and nobody muted; the worst first."""
    told = [one for one in record.found.told if one.finding.severity > Severity.INFO]
    for one in told[:MOST_RULES]:
        place = f" ({one.finding.place})" if one.finding.place else ""
        words = short(one.finding.text.rstrip("."), LONGEST_FINDING)
        yield [link(one.finding.rule, "#findings"), f", {one.severity}{place}: {words}."]
    if len(told) > MOST_RULES:
        yield [link(counted(len(told) - MOST_RULES, "more finding"), "#findings"), "."]


def lost_points(record: Record) -> Iterator[Sentence]:
    """What the clients had to drop, by reason."""
    if not record.delivery.lost:
        return
    items: list[Sentence] = [
        [f"{why} ({count})" if count else why] for why, count in record.delivery.lost[:MOST_REASONS]
    ]
    if more := len(record.delivery.lost) - len(items):
        items.append([counted(more, "more reason")])
    yield ["Lost, as its clients report: ", *listed(items), "."]


def missing_points(record: Record) -> Iterator[Sentence]:
    """What was sent and neither came nor was reported lost, once the run is over."""
    sent, missing = record.delivery.sent, record.delivery.on_their_way
    if record.has_ended and sent is not None and missing > 0:
        verb = "is" if missing == 1 else "are"
        yield [
            f"Of {counted(sent, 'point')} that its clients sent, {number(missing)} {verb} not here."
        ]


def no_result(record: Record) -> Iterator[Sentence]:
    """What decides, as somebody said, was never logged."""
    objective, run = record.objective, record.run
    if objective is None or not record.has_ended or record.decisive is not None:
        return
    if objective.metric in (run.objective_metric, run.project.objective_metric):
        yield ["Of ", name(objective.metric), ", the metric that decides, nothing is recorded."]


def nonfinite_values(record: Record) -> Iterator[Sentence]:
    """Metrics with NaN or infinite values, what decides first."""
    decides = record.objective.metric if record.objective else ""
    found = [
        (metric, one.nonfinite, one.count)
        for metric, one in record.run.metrics.items()
        if one.nonfinite
    ]
    if not found:
        return
    found.sort(key=lambda one: (one[0] != decides, one[0]))
    items: list[Sentence] = [
        [f"{number(some)} of {counted(count, 'value')} of ", name(metric)]
        for metric, some, count in found[:MOST_METRICS]
    ]
    if more := len(found) - len(items):
        items.append([f"values of {counted(more, 'more metric')}"])
    yield ["NaN or infinite: ", *listed(items), "."]


def early_best(record: Record) -> Iterator[Sentence]:
    """Training went on for long without anything better; of one attempt, as steps may go back."""
    summary, objective = record.decisive, record.objective
    if summary is None or objective is None or summary.unit != "epoch" or len(record.attempts) > 1:
        return
    _, at = best_of(summary, objective.mode)
    if at is None or summary.last_step is None:
        return
    after = int(summary.last_step - at)
    if after >= max(EPOCHS_AFTER, PART_AFTER * summary.count):
        far = "" if record.has_ended else " so far"
        words = f"The {number(after)} epochs after the best "
        yield [words, name(objective.metric), f" brought nothing better{far}."]


def restarts(record: Record) -> Iterator[Sentence]:
    """It was resumed, and from where the newest attempt goes on."""
    again = len(record.attempts) - 1
    if again < 1:
        return
    step = number(record.attempts[max(record.attempts)])
    if again == 1:
        yield [f"It was resumed once, from step {step}."]
    else:
        yield [f"It was resumed {number(again)} times, the last time from step {step}."]


def uncommitted(record: Record) -> Iterator[Sentence]:
    """The commit alone does not give the code again."""
    if record.facts.document("environment").get("dirty") is not True:
        return
    code = record.facts.document("code")
    kept: Sentence = []
    if code.get("has_diff") is True:
        kept = ["; ", link("the difference is recorded", "#code")]
    elif code:
        kept = ["; their difference is not recorded"]
    yield ["The code had uncommitted changes", *kept, "."]


def hidden_cells(record: Record) -> Iterator[Sentence]:
    """Cells ran out of order, in other versions, or are gone."""
    kinds = record.facts.document("code").get("warnings")
    counts = {kind: _times(kinds, kind) for kind in HIDDEN}
    items: list[Sentence] = [
        [counted(count, *HIDDEN[kind])] for kind, count in counts.items() if count
    ]
    if items:
        start = "The notebook as it is saved may not give this run again: "
        yield [start, *listed(items), " (", link("cells", "#code"), ")."]


def changed_on_disk(record: Record) -> Iterator[Sentence]:
    """The recorded text may not be what ran."""
    code = record.facts.document("code")
    if code.get("is_newer") is True:
        path = code.get("path")
        what = name(path) if isinstance(path, str) and path.strip() else "The script"
        yield [
            what,
            " was changed on disk after it was loaded; its recorded text may not be what ran.",
        ]


def no_seed(record: Record) -> Iterator[Sentence]:
    """Keras was asked for its seed and had none, and no parameter looks like one."""
    environment = record.facts.document("environment")
    if environment.get("has_no_seed") is not True:
        return
    params = flattened(dict(record.run.params))
    if not any(is_seed(path) and value is not None for path, value in params):
        yield ["No seed is recorded, so a repeat may give other results."]


def _times(kinds: Any, kind: str) -> int:
    return kinds.count(kind) if isinstance(kinds, list) else 0


FINDINGS = (
    rules,
    no_result,
    nonfinite_values,
    lost_points,
    missing_points,
    early_best,
    restarts,
    uncommitted,
    hidden_cells,
    changed_on_disk,
    no_seed,
)
