"""A run as one HTML file: no server, no script, nothing loaded from anywhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from ahnb_platform.accounts.models import User
from ahnb_platform.web import formats

from .. import queries
from ..models import Run
from ..notes import notes_of
from ..params import flattened
from ..quotes.queries import quotes_of
from ..quotes.values import exact
from .drawing import Drawing, drawing_of
from .snapshot import snapshot

METRICS_AT_ONCE = 100
POINTS = 600
MOST_LAYERS = 5000
STYLE = """
:root { color-scheme: light dark; --line: #8886; --curve: #0b63b6; }
@media (prefers-color-scheme: dark) { :root { --curve: #6cb2f5; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 1.5rem auto; padding: 0 1rem;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: 0.2rem 0.7rem 0.2rem 0; text-align: left; font-weight: 400; vertical-align: top;
  border-bottom: 1px solid var(--line); }
thead th { font-weight: 600; }
tbody th { min-width: 9rem; }
td { min-width: 4rem; }
svg { width: 100%; height: auto; border: 1px solid var(--line); }
.range { fill: var(--curve); fill-opacity: 0.35; stroke: var(--curve); stroke-width: 1.2; }
.odd { stroke: #d6336c; stroke-width: 1; }
svg text { fill: currentcolor; font-size: 12px; }
pre { white-space: pre-wrap; }
"""


def page_of(user: User, run_id: UUID, *, server: str, within: int | None) -> Iterator[bytes]:
    """The parts of the file, made as they are taken.

    Args, Raises: as `archive.archive_of`.
    """
    with snapshot():
        run = queries.run_for_user(user, run_id, within=within)
        yield _part("head", run, **_head(run, server))
        names = sorted(run.metrics, key=lambda name: (name.startswith("system/"), name))
        for some in _batches(names):
            yield _part("metrics", run, drawings=_drawings(run, some))
        yield _part("foot", run, **_foot(run))


def _part(name: str, run: Run, **context: Any) -> bytes:
    return render_to_string(f"runs/standalone/{name}.html", {"run": run, **context}).encode()


def _head(run: Run, server: str) -> dict[str, Any]:
    found = queries.documents_of(run)
    layers = (found.get("model") or {}).get("layers") or []
    return {
        "style": STYLE,
        # The only style that the file's own policy lets pass.
        "style_hash": b64encode(hashlib.sha256(STYLE.encode()).digest()).decode(),
        "address": server + run.get_absolute_url(),
        "at": formats.utc(timezone.now()),
        "started": formats.utc(run.started_at),
        "finished": formats.utc(run.finished_at) if run.finished_at else "",
        "duration": formats.duration(run.duration_seconds),
        "params": list(flattened(run.params)),
        "model": found.get("model") or {},
        "layers": layers[:MOST_LAYERS] if isinstance(layers, list) else [],
        "more_layers": max(len(layers) - MOST_LAYERS, 0),
        "environment": found.get("environment") or {},
    }


def _foot(run: Run) -> dict[str, Any]:
    notes = [(formats.utc(note.created_at), note) for note in notes_of(run)]
    quotes = [(formats.utc(one.created_at), one) for one in quotes_of(run)]
    return {"notes": notes, "quotes": quotes}


def _drawings(run: Run, names: list[str]) -> list[tuple[str, Any, dict[str, str], Drawing | None]]:
    """Each metric with its summary, the summary's numbers exactly, and its curve."""
    found = queries.series_for(run, names, points=POINTS)
    told = []
    for name in names:
        summary = run.metrics[name]
        numbers = {
            part: "–" if (value := getattr(summary, part)) is None else exact(value)
            for part in ("first", "last", "min", "max")
        }
        told.append((name, summary, numbers, drawing_of(found[name])))
    return told


def _batches(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), METRICS_AT_ONCE):
        yield names[start : start + METRICS_AT_ONCE]
