"""What is read of findings. What is muted is found by looking, never written down twice."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from projects.models import Project

from ..models import Finding, Mute, Run

PAGE = 25
MOST_COUNTED = 100
# The order of a project's findings, each the newest, largest first.
ORDER = ("found_at", "run_id", "rule", "place")


@dataclass(frozen=True)
class Wanted:
    """Which findings of a project; what is empty asks for nothing."""

    rule: str = ""
    severity: int | None = None
    is_muted: bool | None = None
    number: int | None = None


@dataclass(frozen=True)
class FindingsPage:
    """Some findings, the newest first, and the cursor of those behind them ("" for none)."""

    findings: list[Finding]
    next_cursor: str


@dataclass(frozen=True)
class RuleCount:
    """How often a rule found something in a project, and how much of it is muted."""

    rule: str
    severity: int
    found: int
    muted: int


def findings_of(project_id: int, *, is_muted: bool | None = None) -> QuerySet[Finding]:
    """The findings in a project: those that are muted, those that are not, or all."""
    rows = Finding.objects.filter(project_id=project_id)
    if is_muted is None:
        return rows
    return rows.filter(Exists(_mutes()) if is_muted else ~Exists(_mutes()))


def findings_of_run(run: Run, *, is_muted: bool | None = None) -> QuerySet[Finding]:
    """The run's findings, the worst first."""
    rows = findings_of(run.project_id, is_muted=is_muted).filter(run_id=run.id)
    return rows.order_by("-severity", "rule", "place")


def with_mutes(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Each finding with `mute`: `{id, reason, by, run}` where somebody muted it, else None.

    `run` is None for a rule that is muted in all runs.
    """
    by = Coalesce(NullIf("user__name", Value("")), "user__email")
    told = JSONObject(id="id", reason="reason", by=by, run="run_id")
    # Ascending, the mute of the whole project comes last: what was said of this run says more.
    return rows.annotate(mute=Subquery(_mutes().order_by("run_id").values(told=told)[:1]))


def with_severities(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Each run with `severities` of what was found and is not muted, the worst first."""
    worst = told_in_run().order_by("-severity").values("severity")[:MOST_COUNTED]
    return runs.annotate(severities=ArraySubquery(worst))


def told_in_run() -> QuerySet[Finding]:
    """Inside a query of runs: the findings of each that are not muted."""
    return Finding.objects.filter(
        ~Exists(_mutes()), project_id=OuterRef("project_id"), run_id=OuterRef("id")
    )


def search_findings(
    project: Project, wanted: Wanted, *, cursor: str = "", limit: int = PAGE
) -> FindingsPage:
    """A page of the project's findings, the newest first, each with `mute` and `run`.

    Args:
        cursor: of the page before; one that cannot be read begins at the newest.
    """
    rows = with_mutes(asked(project, wanted)).select_related("run")
    if place := _place(cursor):
        rows = rows.filter(_after(place))
    found = list(rows.order_by(*(f"-{name}" for name in ORDER))[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return FindingsPage(found[:limit], _cursor(last) if last else "")


def asked(project: Project, wanted: Wanted) -> QuerySet[Finding]:
    """The findings that are wanted; those of runs in the trash are left out."""
    rows = findings_of(project.pk, is_muted=wanted.is_muted).filter(run__trashed_at=None)
    if wanted.rule:
        rows = rows.filter(rule=wanted.rule)
    if wanted.severity is not None:
        rows = rows.filter(severity=wanted.severity)
    if wanted.number is not None:
        rows = rows.filter(run__number=wanted.number)
    return rows


def rule_counts(project: Project) -> list[RuleCount]:
    """How often each rule found something, what is muted included; the most frequent first."""
    rows = findings_of(project.pk).values("rule")
    rows = rows.annotate(found=Count("*"), worst=Max("severity")).order_by("-found", "rule")
    # Few are muted, so that these are counted by themselves.
    muted = Counter[str]()
    muting = findings_of(project.pk, is_muted=True).values("rule").annotate(found=Count("*"))
    for row in muting.order_by():
        muted[row["rule"]] = row["found"]
    return [RuleCount(row["rule"], row["worst"], row["found"], muted[row["rule"]]) for row in rows]


def _mutes() -> QuerySet[Mute]:
    """The mutes that hold for a finding: of its rule, in the project or in its run."""
    return Mute.objects.filter(
        Q(run_id=None) | Q(run_id=OuterRef("run_id")),
        project_id=OuterRef("project_id"),
        rule=OuterRef("rule"),
    )


# Cursors


def _cursor(last: Finding) -> str:
    place = orjson.dumps([last.found_at, last.run_id, last.rule, last.place])
    return urlsafe_b64encode(place).decode()


def _place(cursor: str) -> tuple[Any, ...] | None:
    """The values of `ORDER` of the last finding of the page before."""
    try:
        at, run_id, rule, place = orjson.loads(urlsafe_b64decode(cursor))
        moment = datetime.fromisoformat(at).astimezone(UTC)
        if "\0" in str(rule) + str(place):
            return None
        return moment, UUID(run_id), str(rule), str(place)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


def _after(place: tuple[Any, ...]) -> Q:
    """What comes behind a place, in the order of `ORDER` from large to small."""
    steps = [
        Q(**dict(zip(ORDER[:at], place, strict=False)), **{f"{name}__lt": place[at]})
        for at, name in enumerate(ORDER)
    ]
    # The index is entered at the first column.
    return Q(found_at__lte=place[0]) & reduce(or_, steps)
