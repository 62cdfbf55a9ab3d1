"""Findings, mutes and repeats as the API gives them."""

from __future__ import annotations

from typing import Any

from ahnb_platform.api.schemas import Schema, listing, of, ref

from ..documents import user_document
from ..models import Finding, Mute, Severity, Source
from .repeats import Earlier, Repeats

_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}
_ID_OR_NULL: Schema = {**_ID, "nullable": True}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_WHOLE_OR_NULL: Schema = {"type": "integer", "nullable": True}
_OBJECT: Schema = {"type": "object", "additionalProperties": True}
_PERSON: Schema = {"type": "object", "additionalProperties": _TEXT, "nullable": True}
COMPONENTS: dict[str, Schema] = {
    "Finding": of(
        id=_TEXT,
        severity={"type": "string", "enum": Severity.labels},
        text=_TEXT,
        fix=_TEXT,
        place=_TEXT,
        where=_OBJECT,
        evidence=_OBJECT,
        step=_WHOLE_OR_NULL,
        epoch=_WHOLE_OR_NULL,
        source={"type": "string", "enum": Source.values},
        found_at=_MOMENT,
        rules_version=_TEXT,
        run=_ID,
        mute={
            **of(id=_ID, reason=_TEXT, by={**_TEXT, "nullable": True}, run=_ID_OR_NULL),
            "nullable": True,
        },
    ),
    "Findings": listing(ref("Finding")),
    "Mute": of(id=_ID, rule=_TEXT, run=_ID_OR_NULL, reason=_TEXT, user=_PERSON, created_at=_MOMENT),
    "Mutes": listing(ref("Mute")),
    "Repeats": of(
        configuration=_TEXT,
        total={"type": "integer", "minimum": 0},
        results={"type": "array", "items": _OBJECT},
    ),
}


def finding_document(one: Finding) -> dict[str, Any]:
    """A finding that came `with_mutes`."""
    return {
        "id": one.rule,
        "severity": Severity(one.severity).label,
        "text": one.text,
        "fix": one.fix,
        "place": one.place,
        "where": one.where,
        "evidence": one.evidence,
        "step": one.step,
        "epoch": one.epoch,
        "source": one.source,
        "found_at": one.found_at,
        "rules_version": one.rules_version,
        "run": str(one.run_id),
        "mute": getattr(one, "mute", None),
    }


def mute_document(one: Mute) -> dict[str, Any]:
    """A mute with its person."""
    return {
        "id": str(one.id),
        "rule": one.rule,
        "run": one.run_id and str(one.run_id),
        "reason": one.reason,
        "user": user_document(one.user),
        "created_at": one.created_at,
    }


def repeats_document(found: Repeats) -> dict[str, Any]:
    """Earlier runs of a configuration."""
    return {
        "configuration": found.configuration,
        "total": found.total,
        "results": [_earlier_document(one) for one in found.runs],
    }


def _earlier_document(one: Earlier) -> dict[str, Any]:
    result = None
    if one.objective and one.value is not None:
        result = {"metric": one.objective.metric, "mode": one.objective.mode, "value": one.value}
    return {
        "id": str(one.run.id),
        "number": one.run.number,
        "name": one.run.name,
        "status": one.run.shown_status,
        "started_at": one.run.started_at,
        "finished_at": one.run.finished_at,
        "result": result,
        "same_seeds": one.has_same_seeds,
        "text": one.words,
    }
