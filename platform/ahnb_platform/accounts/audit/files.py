"""The record as files: CSV for spreadsheets, JSON lines for programs; never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ahnb_platform.web.sheets import csv_rows

from ..models import AuditEvent

COLUMNS = (
    "at",
    "actor",
    "token",
    "action",
    "team",
    "target_type",
    "target_id",
    "target",
    "data",
    "ip",
    "request_id",
    "seq",
    "hash",
)


def as_csv(events: Iterable[AuditEvent]) -> Iterator[str]:
    """One line an event, the header first."""
    return csv_rows(_with_header(events))


def as_json_lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    """One object a line."""
    for event in events:
        yield json.dumps(document_of(event), ensure_ascii=False) + "\n"


def document_of(event: AuditEvent) -> dict[str, Any]:
    """An event under the names of `COLUMNS`; `seq` and `hash` say where in the chain it stands."""
    seal = getattr(event, "seal", None)
    return {
        "at": event.at.isoformat(),
        "actor": event.actor_label,
        "token": event.token_prefix,
        "action": event.action,
        "team": event.team.slug if event.team else None,
        "target_type": event.target_type,
        "target_id": event.target_id,
        "target": event.target_label,
        "data": event.data,
        "ip": event.ip,
        "request_id": event.request_id,
        "seq": seal.seq if seal else None,
        "hash": bytes(seal.hash).hex() if seal and seal.hash else None,
    }


def _with_header(events: Iterable[AuditEvent]) -> Iterator[tuple[Any, ...]]:
    yield COLUMNS
    for event in events:
        document = document_of(event)
        document["data"] = json.dumps(event.data, ensure_ascii=False) if event.data else ""
        yield tuple(document.values())
