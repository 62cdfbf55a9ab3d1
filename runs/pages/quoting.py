"""Quotes on pages: who quotes a run, and a value as quoted beside today's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ahnb_platform.accounts.models import Role, User
from ahnb_platform.web.formats import counted

from ..life.purging import kept_for
from ..models import Quote, Run
from ..quotes.documents import metric_address
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


# The last quotes of a run, and who froze it; read beside other things.
PERSON = "CASE WHEN u.id IS NOT NULL THEN json_build_array(u.id, u.name, u.email) END"
BESIDE = {
    "quotes": f"""
SELECT json_agg(json_build_array(q.number, q.metric, q.document, q.created_at, {PERSON})
                ORDER BY q.number DESC)::text
FROM (SELECT number, metric, document, created_at, user_id FROM runs_quote
      WHERE project_id = %(project)s AND run_id = %(id)s
      ORDER BY number DESC LIMIT {MOST_SHOWN}) q
LEFT JOIN accounts_user u ON u.id = q.user_id""",  # noqa: S608 - put together from texts of ours
    "frozen_by": f"""
SELECT {PERSON}::text FROM runs_run r JOIN accounts_user u ON u.id = r.frozen_by_id
WHERE r.project_id = %(project)s AND r.id = %(id)s""",  # noqa: S608 - as above
}


def quoting_of(run: Run, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the run's page says of quotes and freezing; `told` is what `BESIDE` reads."""
    found = [_quote(run, *row) for row in told["quotes"] or ()]
    count = found[0].number if found else 0
    by = _person(told.get("frozen_by"))
    return {
        "quotes": found,
        "quotes_count": count,
        "frozen_by": by,
        "is_owner": run.role >= Role.OWNER,
        "not_purged": kept_for(run, count),
    }


def _quote(
    run: Run, number: int, metric: str, document: Any, at: str, person: Sequence[Any] | None
) -> Quote:
    """A quote as far as lists show it."""
    return Quote(
        project_id=run.project_id,
        run_id=run.id,
        number=number,
        metric=metric,
        document=document,
        created_at=datetime.fromisoformat(at),
        user=_person(person),
    )


def _person(told: Sequence[Any] | None) -> User | None:
    return User(pk=told[0], name=told[1], email=told[2]) if told else None


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
