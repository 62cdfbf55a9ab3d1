"""Quotes on pages: who quotes a run, and a value as quoted beside today's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ahnb_platform.accounts.models import Role, User
from ahnb_platform.web.formats import counted

from ..life.purging import kept_for
from ..models import Quote, Run
from ..quotes.documents import metric_address
from ..quotes.queries import quotes_of
from ..quotes.values import PARTS, STEP, Choice, Value, exact, value_of

MOST_SHOWN = 10
PART_WORDS = {"best": "Best", "last": "Last", "min": "Lowest", "max": "Highest", "first": "First"}


@dataclass(frozen=True)
class Today:
    """The value that a quote's choice leads to now; `differs` lists in sentences how."""

    found: Value | None
    differs: list[str]

    @property
    def exact(self) -> str:
        value = self.found.value if self.found else None
        return "no value" if value is None else exact(value)


@dataclass(frozen=True)
class MetricRow:
    """A metric in the list of all that can be quoted."""

    name: str
    address: str
    summary: Any
    best: str


def quoting_of(run: Run) -> dict[str, Any]:
    """What the run's page says of quotes and freezing."""
    found = list(quotes_of(run)[: MOST_SHOWN + 1])
    count = found[0].number if found else 0
    by = User.objects.filter(pk=run.frozen_by_id).first() if run.frozen_by_id else None
    return {
        "quotes": found[:MOST_SHOWN],
        "quotes_count": count,
        "frozen_by": by,
        "is_owner": run.role >= Role.OWNER,
        "not_purged": kept_for(run, count),
    }


def metric_rows(run: Run, names: list[str], directions: dict[str, str]) -> list[MetricRow]:
    return [
        MetricRow(name, metric_address(run, name), run.metrics[name], directions[name])
        for name in names
    ]


def parts_of(run: Run, metric: str, choice: Choice) -> list[tuple[str, str, bool]]:
    """The parts to choose from: in words, where it leads, and whether it is shown."""
    return [
        (PART_WORDS[part], metric_address(run, metric, part), part == choice.part) for part in PARTS
    ]


def today_of(run: Run, quote: Quote) -> Today:
    """What the same question is answered now, and why it differs from what was quoted."""
    then = quote.document
    choice = Choice(quote.part, quote.step if quote.part == STEP else None)
    if quote.metric not in run.metrics:
        return Today(None, ["The run has no such metric any more."])
    found = value_of(run, quote.metric, choice)
    now = None if found.value is None else exact(found.value)
    if (now, found.step) == (then["exact"], then["step"]):
        return Today(found, [])
    differs = []
    attempts = len(run.state.attempts) if run.state else 1
    if attempts > then["attempts"]:
        differs.append(f"The run was resumed since: it has {attempts} attempts now.")
    more = found.summary.count - then["points"]
    if more > 0:
        differs.append(f"{counted(more, 'more value')} of this metric came since.")
    if then["mode"] and found.mode != then["mode"]:
        differs.append("What counts as best was changed since.")
    return Today(found, differs or ["The record changed since."])
