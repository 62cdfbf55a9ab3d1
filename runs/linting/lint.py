"""Linting a run with what is stored of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from ahnb_client.linting.checking import check
from ahnb_client.linting.finding import Finding as Told
from ahnb_client.linting.rule import RULES

from ..ids import RunKey
from ..metrics import at_a_glance
from ..models import Finding, Run, RunEvent, Severity, Source
from .events import LONGEST_TEXT, bounded, place_of, step_of, told_in
from .facts import facts_of, has_ended
from .version import rules_version

logger = logging.getLogger(__name__)

MOST_FINDINGS = 500
# What changes the answer of rules that do not wait for the training.
STATIC_KINDS = ("model", "data")
Keys = dict[tuple[str, str], Finding]


def keep_told(key: RunKey, events: Iterable[tuple[datetime, Any]]) -> None:
    """Write down what a client says it found, by one statement; what is there stays.

    Args:
        events: when it was found, and the data of the event.
    """
    rows = _keyed(told_in(key, data, at) for at, data in events)
    Finding.objects.bulk_create(rows.values(), ignore_conflicts=True)


def lint_after_commit(key: RunKey, kinds: Iterable[str], *, is_over: bool) -> None:
    """Lint the run once the batch is stored, where its events give rules something to read.

    Args:
        kinds: of the events of the batch.
        is_over: the batch ends the run.
    """
    if is_over or not set(kinds).isdisjoint(STATIC_KINDS):
        transaction.on_commit(partial(_lint_quietly, key))


def _lint_quietly(key: RunKey) -> None:
    """The batch is stored whatever rules make of it; `manage.py lint` tries again."""
    try:
        lint_run(key)
    except Exception:
        logger.exception("run %s could not be linted", key.id)


def lint_run(key: RunKey) -> list[Finding]:
    """Find anew what is wrong with a run, in place of what was found before.

    What its client found stays where our rules do not know better: of rules that are not ours, and
    of those that had not what they need.
    """
    run = _run(key)
    if run is None:
        return []
    is_over = has_ended(run)
    facts = facts_of(run, with_curves=is_over)
    found = _keyed(_row(key, one) for one in check(facts, dynamic=None if is_over else False))
    for place, row in _told(key).items():
        if place in found:
            # When it was seen only the client knows.
            found[place].step = row.step if found[place].step is None else found[place].step
        elif not _is_judged(row.rule, facts, is_over=is_over):
            found[place] = row
    _replace(key, dict(sorted(found.items(), key=_worst_first)[:MOST_FINDINGS]))
    return list(found.values())


def _run(key: RunKey) -> Run | None:
    rows = Run.objects.filter(project_id=key.project_id, id=key.id).select_related("metric_state")
    run = rows.first()
    if run is not None:
        row = run.metric_state
        run.state, run.metrics = at_a_glance(row) if row else (None, {})
        run.last_seen_at = run.state.last_seen_at if run.state else run.created_at
    return run


def _row(key: RunKey, one: Told) -> Finding:
    where = {word: value for word, value in bounded(one.where).items() if value is not None}
    return Finding(
        project_id=key.project_id,
        run_id=key.id,
        rule=one.id,
        place=place_of(where),
        severity=Severity.named(one.severity),
        text=one.text[:LONGEST_TEXT],
        fix=one.fix[:LONGEST_TEXT],
        where=where,
        evidence=bounded(one.evidence),
        step=step_of(where, "step"),
        epoch=step_of(where, "epoch"),
        source=Source.SERVER,
        found_at=timezone.now(),
        rules_version=rules_version(),
    )


def _told(key: RunKey) -> Keys:
    """What the client found, by the events that are stored."""
    events = RunEvent.objects.filter(project_id=key.project_id, run_id=key.id, kind="finding")
    rows = events.order_by("at", "writer", "seq", "position").values_list("at", "data")
    return _keyed(told_in(key, data, at) for at, data in rows[: 10 * MOST_FINDINGS])


def _keyed(rows: Iterable[Finding | None]) -> Keys:
    """Each once: the first of those of one rule at one place."""
    found: Keys = {}
    for row in rows:
        if row is not None:
            found.setdefault((row.rule, row.place), row)
    return found


def _is_judged(rule: str, facts: Mapping[str, Any], *, is_over: bool) -> bool:
    """Whether our rules had what this one reads, so that they would have found it, too."""
    known = RULES.get(rule)
    if known is None:
        return False
    if known.dynamic:
        return is_over and bool(facts["curves"]["epoch"])
    data = facts["data"]
    has_data = isinstance(data, Mapping) and bool(data.get("statistics"))
    return has_data and bool(facts["model"])


def _worst_first(entry: tuple[tuple[str, str], Finding]) -> int:
    return -entry[1].severity


def _replace(key: RunKey, found: Keys) -> None:
    """Write the findings; one that was there keeps the time at which it was first found."""
    with transaction.atomic():
        # So that two of us have an order; the run may have been purged meanwhile.
        locked = Run.objects.filter(project_id=key.project_id, id=key.id)
        if not locked.select_for_update().values_list("id").first():
            return
        held = Finding.objects.filter(project_id=key.project_id, run_id=key.id)
        for rule, place, at in held.values_list("rule", "place", "found_at"):
            if (rule, place) in found:
                found[rule, place].found_at = at
        held.delete()
        Finding.objects.bulk_create(found.values())
        locked.update(linted_with=rules_version())
