"""The archive of a run: its documents as JSON, its series as CSV with every point exactly.

`docs/export.md` describes the files; `FORMAT` counts up when their meaning changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.utils import timezone

from ahnb_platform.accounts.models import User
from ahnb_platform.api.answers import dumps
from ahnb_platform.web.sheets import csv_rows

from .. import documents, metrics, queries
from ..media.store import entry_of, every
from ..metrics.points import Points
from ..models import Run, RunEvent
from ..notes import notes_of
from ..params import flattened
from ..quotes.documents import handed_out
from ..quotes.queries import quotes_of
from .files import attached
from .snapshot import snapshot
from .zipping import StreamedZip

FORMAT = 1
HEAD = "attempt,{x},time,at_step,value\r\n"
ROWS_A_PART = 2048
WORDS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def archive_of(user: User, run_id: UUID, *, server: str, within: int | None) -> Iterator[bytes]:
    """The bytes of a zip, made as they are taken; what is held does not grow with the run.

    Args:
        server: its address, for links.
        within: the only project that may be seen (a token can be bound to one).

    Raises:
        Missing: at the first bytes: there is no such run, or `user` may not see it.
    """
    with snapshot():
        run = queries.run_for_user(user, run_id, within=within)
        yield from _archived(run, server)


def _archived(run: Run, server: str) -> Iterator[bytes]:
    at = timezone.now()
    made = StreamedZip(at)
    found = queries.documents_of(run)
    run_document = documents.run_document(run, found)
    for path, parts in _small_files(run, run_document, found, server):
        yield from made.add(path, parts)
    index: list[dict[str, Any]] = []
    yield from _series(run, made, index)
    yield from made.add("metrics.json", [dumps(_summed(run, index))])
    if run.has_files:
        yield from attached(run, made)
    manifest = {
        "format": "ahnb-run",
        "version": FORMAT,
        "exported_at": at,
        "server": server,
        "run": {"id": str(run.id), "number": run.number, "project": run.project.path},
        "files": made.files,
    }
    # Last, as it tells the sums of all others.
    yield from made.add("manifest.json", [dumps(manifest)])
    yield made.close()


def _small_files(
    run: Run, run_document: dict[str, Any], found: dict[str, Any], server: str
) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "run.json", [dumps(run_document)]
    params = [("name", "value"), *((key, _text(value)) for key, value in flattened(run.params))]
    yield "params.json", [dumps(run.params)]
    yield "params.csv", (line.encode() for line in csv_rows(params))
    for kind, document in found.items():
        yield f"documents/{kind}.json", [dumps(document)]
    notes = [documents.note_document(note) for note in notes_of(run)]
    yield "notes.json", [dumps(notes)]
    yield "quotes.json", [dumps([handed_out(one.document, server, one) for one in quotes_of(run)])]
    yield "events.jsonl", _events(run)
    if run.has_media:
        yield "media.jsonl", _media(run)
    yield "delivery.json", [dumps(_delivery(run))]


def _events(run: Run) -> Iterator[bytes]:
    """One event a line, in the order in which they happened."""
    rows = RunEvent.objects.filter(project_id=run.project_id, run_id=run.id)
    for row in rows.order_by("at", "writer", "seq", "position").iterator(chunk_size=50):
        told = {"kind": row.kind, "at": row.at, "received_at": row.received_at}
        sent = {"writer": str(row.writer), "seq": row.seq, "position": row.position}
        yield dumps({**told, **sent, "data": row.data}) + b"\n"


def _media(run: Run) -> Iterator[bytes]:
    """One thing a line that was logged by step, by name, step and time."""
    for row in every(run).iterator(chunk_size=20):
        yield dumps({**entry_of(row), **row.data}) + b"\n"


def _delivery(run: Run) -> dict[str, Any]:
    state = metrics.whole_state(project_id=run.project_id, run_id=run.id)
    return {
        "points": state.points,
        "last_seen_at": run.last_seen_at,
        "attempts": [{"attempt": one, "from_step": step} for one, step in state.attempts.items()],
        "writers": [
            {"writer": str(writer), "acked": acked, "beyond": beyond}
            for writer, (acked, beyond) in state.writers.items()
        ],
    }


def _series(run: Run, made: StreamedZip, index: list[dict[str, Any]]) -> Iterator[bytes]:
    """A CSV for each metric; `index` learns which."""
    stretches = metrics.every_point(project_id=run.project_id, run_id=run.id)
    for number, (name, group) in enumerate(itertools.groupby(stretches, lambda one: one.name), 1):
        entry: dict[str, Any] = {"name": name, "file": f"series/{number:05}.csv", "points": 0}
        index.append(entry)
        yield from made.add(entry["file"], _lines(group, entry))


def _lines(group: Iterable[metrics.Stretch], entry: dict[str, Any]) -> Iterator[bytes]:
    for one in group:
        if not entry["points"]:
            entry["unit"] = one.unit
            yield HEAD.format(x=one.unit if one.unit != "time" else "x").encode()
        entry["points"] += len(one.points)
        for start in range(0, len(one.points), ROWS_A_PART):
            yield _rows(one.attempt, one.points[start : start + ROWS_A_PART])


def _rows(attempt: int, points: Points) -> bytes:
    """Numbers in the shortest text that reads back the same."""
    xs = points.x.tolist() if points.timed else points.x.astype("int64").tolist()
    times, places, values = points.times.tolist(), points.at_step.tolist(), points.values.tolist()
    lines = [
        f"{attempt},{x!r},{time!r},{place if place >= 0 else ''},{_number(value)}\r\n"
        for x, time, place, value in zip(xs, times, places, values, strict=True)
    ]
    return "".join(lines).encode()


def _number(value: float) -> str:
    text = repr(value)
    return WORDS.get(text, text)


def _summed(run: Run, index: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each metric with its summary, and the file that its points are in."""
    return [{**entry, "summary": run.metrics[entry["name"]].as_dict()} for entry in index]


def _text(value: Any) -> Any:
    return dumps(value).decode() if not isinstance(value, str) else value
