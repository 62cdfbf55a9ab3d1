"""What events do, in the transaction that stores their batch."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ahnb_platform.accounts.models import User

from .. import ids, metrics
from ..identity import architecture_of, configuration_of
from ..linting.lint import keep_told, lint_after_commit
from ..media.store import add_media
from ..models import Note, Run, RunDocument, RunEvent, RunParam, Status
from ..params import flattened, merged, number_of, text_of
from ..signatures import facts_of
from .events import DOCUMENTS, Event
from .numbers import LARGEST_STEP, is_whole
from .versions import model_version

# These leave no row among the events.
APART = ("heartbeat", "media")
IN_ORDER = ("at", "writer", "seq", "position")


def apply_events(
    *, run: ids.RunKey | Run, batch: metrics.Batch, events: Sequence[Event], by: User | None
) -> None:
    """Store the events of a batch that was new, and bring the run up to date.

    The state row of the run is locked by `metrics.append`, so that batches of one run pass here
    one after another. What several events decide together (status, parameters) is worked out
    anew from all that are stored, so that it does not depend on the order of arrival.
    """
    key = ids.RunKey(run.project_id, run.id)
    rows = [_row(key, batch, event) for event in events if event.kind not in APART]
    add_media(
        key, [(event.at or timezone.now(), event.data) for event in events if event.kind == "media"]
    )
    RunEvent.objects.bulk_create(rows, ignore_conflicts=True)
    kinds = {row.kind for row in rows}
    if "params" in kinds:
        _update_params(key)
    if "status" in kinds:
        _update_status(key)
    if not kinds.isdisjoint(DOCUMENTS):
        _update_documents(key, [row for row in rows if row.kind in DOCUMENTS])
    if not kinds.isdisjoint(("params", "model")):
        _update_configuration(key)
    if "note" in kinds:
        _add_notes(key, [row for row in rows if row.kind == "note"], by)
    if "finding" in kinds:
        keep_told(key, [(row.at, row.data) for row in rows if row.kind == "finding"])
    lint_after_commit(key, kinds, is_over=any(map(_ends, rows)))
    told = (row.data for row in rows if row.kind == "attempt")
    if begun := {data["attempt"]: data["from_step"] for data in told}:
        metrics.begin_attempts(project_id=key.project_id, run_id=key.id, attempts=begun)


def stored_events(key: ids.RunKey, *kinds: str) -> QuerySet[RunEvent]:
    """The events of some kinds, in the order in which they happened."""
    events = RunEvent.objects.filter(project_id=key.project_id, run_id=key.id, kind__in=kinds)
    return events.order_by(*IN_ORDER)


def _row(key: ids.RunKey, batch: metrics.Batch, event: Event) -> RunEvent:
    received: datetime = timezone.now()
    return RunEvent(
        project_id=key.project_id,
        run_id=key.id,
        writer=batch.writer,
        seq=0 if event.once else batch.seq,
        position=event.position,
        kind=event.kind,
        at=event.at or received,
        received_at=received,
        data=event.data,
    )


def _ends(row: RunEvent) -> bool:
    return row.kind == "status" and row.data["status"] != Status.RUNNING


def _of(key: ids.RunKey) -> QuerySet[Run]:
    return Run.objects.filter(project_id=key.project_id, id=key.id)


def _update_params(key: ids.RunKey) -> None:
    """Merge all parameters, and write the rows that search reads where they differ."""
    tree = merged(stored_events(key, "params").values_list("data", flat=True))
    _of(key).update(params=tree)
    wanted = {row.key: row for row in _param_rows(key, tree)}
    held = RunParam.objects.filter(project_id=key.project_id, run_id=key.id)
    stale = [row.key for row in held if row.key not in wanted]
    if stale:
        held.filter(key__in=stale).delete()
    RunParam.objects.bulk_create(
        wanted.values(),
        update_conflicts=True,
        unique_fields=["project_id", "run_id", "key"],
        update_fields=["number", "text"],
    )


def _param_rows(key: ids.RunKey, tree: dict[str, Any]) -> Iterable[RunParam]:
    for path, value in flattened(tree):
        yield RunParam(
            project_id=key.project_id,
            run_id=key.id,
            key=path[:255],
            number=number_of(value),
            text=text_of(value),
        )


def _update_status(key: ids.RunKey) -> None:
    """The last status event decides, by its own time."""
    last = stored_events(key, "status").reverse()[0]
    status = last.data["status"]
    _of(key).update(
        status=status,
        status_reason=last.data.get("reason") or "",
        finished_at=None if status == Status.RUNNING else last.at,
    )
    if status != Status.RUNNING:
        metrics.fold(project_id=key.project_id, run_id=key.id)


def _update_documents(key: ids.RunKey, rows: Sequence[RunEvent]) -> None:
    """Keep the latest of each kind."""
    documents = RunDocument.objects.filter(project_id=key.project_id, run_id=key.id)
    latest: dict[str, datetime] = dict(documents.values_list("kind", "at"))
    chosen: dict[str, RunEvent] = {}
    for row in sorted(rows, key=lambda row: (row.at, row.position)):
        if row.kind not in latest or row.at >= latest[row.kind]:
            chosen[row.kind] = row
    RunDocument.objects.bulk_create(
        [_document(key, row) for row in chosen.values()],
        update_conflicts=True,
        unique_fields=["project_id", "run_id", "kind"],
        update_fields=["data", "at"],
    )
    facts: dict[str, Any] = {}
    for kind, row in chosen.items():
        facts |= _model_facts(key, row.data) if kind == "model" else facts_of(kind, row.data)
    if facts:
        _of(key).update(**facts)


def _update_configuration(key: ids.RunKey) -> None:
    params, version = _of(key).values_list("params", "model_version").get()
    _of(key).update(configuration=configuration_of(params, version))


def _document(key: ids.RunKey, row: RunEvent) -> RunDocument:
    return RunDocument(
        project_id=key.project_id, run_id=key.id, kind=row.kind, data=row.data, at=row.at
    )


def _model_facts(key: ids.RunKey, data: dict[str, Any]) -> dict[str, Any]:
    name, parameters = data.get("name"), data.get("parameters")
    architecture = architecture_of(data)
    return {
        "architecture": architecture,
        "model_version": model_version(key, architecture),
        "model_name": name[:255] if isinstance(name, str) else "",
        "model_parameters": parameters if is_whole(parameters, LARGEST_STEP) else None,
    }


def _add_notes(key: ids.RunKey, rows: Sequence[RunEvent], by: User | None) -> None:
    Note.objects.bulk_create(
        Note(
            project_id=key.project_id,
            id=ids.uuid7(),
            run_id=key.id,
            user_id=by.pk if by else None,
            step=row.data.get("step"),
            text=row.data["text"].strip(),
            created_at=row.at,
        )
        for row in rows
    )
