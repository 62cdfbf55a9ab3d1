"""Findings as clients send them: events of kind `finding`, of any make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from ahnb_client.linting.finding import PLACES
from ahnb_client.linting.finding import Finding as Told

from ..ids import RunKey
from ..ingest.numbers import LARGEST_STEP, is_whole
from ..metrics.records import coded
from .models import LONGEST_PLACE, LONGEST_RULE, Finding, Severity, Source

# What a finding is called that names no rule.
NAMELESS = "FINDING"
MOMENTS = ("step", "epoch")
# Where an event says what was found; any client may send one (docs/api.md).
WORDS = ("text", "message", "title", "rule", "id")
LONGEST_TEXT = 2_000
LONGEST_WORD = 120
LONGEST_VERSION = 16
# Bytes of JSON; what is larger is left out.
LARGEST_EVIDENCE = 16 * 1024


def told_in(key: RunKey, data: Any, at: datetime) -> Finding | None:
    """The row of an event; None where it holds nothing that could be told."""
    if not isinstance(data, Mapping):
        return None
    where, text = _where(data), _first_text(data, WORDS)
    step, epoch = (_moment(data, where, word) for word in MOMENTS)
    if not text and step is None:
        return None
    rule = _first_text(data, ("id", "rule"))[:LONGEST_RULE] or NAMELESS
    return Finding(
        project_id=key.project_id,
        run_id=key.id,
        rule=rule,
        place=place_of(where),
        severity=Severity.named(data.get("severity")),
        text=text[:LONGEST_TEXT] or "finding",
        fix=_first_text(data, ("fix",))[:LONGEST_TEXT],
        where=where,
        evidence=bounded(data.get("evidence")),
        step=step,
        epoch=epoch,
        source=Source.CLIENT,
        found_at=at,
        rules_version=_first_text(data, ("rules_version",))[:LONGEST_VERSION],
    )


def place_of(where: Mapping[str, Any]) -> str:
    """Where it was found, in one line."""
    return Told("", "info", "", "", where).place[:LONGEST_PLACE]


def step_of(where: Mapping[str, Any], word: str) -> int | None:
    """The step or epoch of a place; None without one that can be drawn."""
    value = where.get(word)
    return value if is_whole(value, LARGEST_STEP) else None


def _moment(data: Mapping[str, Any], where: Mapping[str, Any], word: str) -> int | None:
    found = step_of(data, word)
    return step_of(where, word) if found is None else found


def bounded(value: Any) -> dict[str, Any]:
    """A JSON object that is small enough to be kept beside a finding; else an empty one."""
    plain = spelled(value)
    if not isinstance(plain, dict) or len(orjson.dumps(plain, default=str)) > LARGEST_EVIDENCE:
        return {}
    return plain


def spelled(value: Any) -> Any:
    """A value as JSON has it: numbers that are not finite are words, as in the contract."""
    if isinstance(value, Mapping):
        return {str(name): spelled(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [spelled(one) for one in value]
    if isinstance(value, float):
        return coded(value)
    return value if value is None or isinstance(value, str | int) else str(value)


def _where(data: Mapping[str, Any]) -> dict[str, Any]:
    """The kinds of place that are known, each a number or a short text.

    Without them the step or epoch is the place; beside them it only tells when it was found.
    """
    given = data.get("where")
    known = given if isinstance(given, Mapping) else {word: data.get(word) for word in MOMENTS}
    return {word: found for word in PLACES if (found := _short(word, known.get(word))) is not None}


def _short(word: str, value: Any) -> str | int | None:
    if word in MOMENTS:
        return value if is_whole(value, LARGEST_STEP) else None
    if isinstance(value, str):
        return value[:LONGEST_WORD] or None
    return value if is_whole(value, LARGEST_STEP) else None


def _first_text(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    found = (data[name].strip() for name in names if isinstance(data.get(name), str))
    return next(filter(None, found), "")
