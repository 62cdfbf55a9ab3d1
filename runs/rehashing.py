"""Hashes of runs that were stored by an older version of this program, brought up to date.

What is hashed is written down whole in the documents of a run; how it is hashed has changed, and
will again. Nothing of what a person or a client wrote is touched, so frozen runs are read, too.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from projects.models import Project

from .identity import architecture_of, configuration_of
from .ids import RunKey
from .ingest.versions import model_version
from .models import MetricState, ModelVersion, Run, RunDocument
from .signatures import facts_of

KINDS = ("model", "environment", "summary", "data", "code")


def rehash_run(key: RunKey) -> list[str]:
    """Hash anew what is stored of a run; the fields that were not as they are today.

    An architecture that was hashed otherwise takes its number along; where another run of the
    project has been given a number for it before, that one is the number of both.
    """
    with transaction.atomic():
        # In the order in which batches lock, or both would wait for each other.
        MetricState.objects.select_for_update().filter(
            project_id=key.project_id, run_id=key.id
        ).values_list("version").first()
        run = Run.objects.filter(project_id=key.project_id, id=key.id).first()
        if run is None:
            return []
        found = _facts(key, run)
        changed = {name: value for name, value in found.items() if value != getattr(run, name)}
        if changed:
            Run.objects.filter(project_id=key.project_id, id=key.id).update(**changed)
        if "architecture" in changed:
            _forget(key.project_id, run.architecture)
    return sorted(changed)


def _facts(key: RunKey, run: Run) -> dict[str, Any]:
    """What the documents say, read one after the other, as one may be large."""
    rows = RunDocument.objects.filter(project_id=key.project_id, run_id=key.id, kind__in=KINDS)
    facts: dict[str, Any] = {}
    for kind, data in rows.values_list("kind", "data").iterator(chunk_size=1):
        if isinstance(data, dict):
            facts |= _of_model(key, run, data) if kind == "model" else facts_of(kind, data)
    return facts


def _of_model(key: RunKey, run: Run, data: dict[str, Any]) -> dict[str, Any]:
    architecture = architecture_of(data)
    if architecture and architecture != run.architecture:
        _take_number_along(key.project_id, run.architecture, architecture)
    number = model_version(key, architecture)
    facts: dict[str, Any] = {"architecture": architecture, "model_version": number}
    if number != run.model_version:
        facts["configuration"] = configuration_of(run.params, number)
    return facts


def _take_number_along(project_id: int, before: str, architecture: str) -> None:
    Project.objects.select_for_update().filter(pk=project_id).first()
    versions = ModelVersion.objects.filter(project_id=project_id)
    if before and not versions.filter(architecture=architecture).exists():
        versions.filter(architecture=before).update(architecture=architecture)


def _forget(project_id: int, architecture: str) -> None:
    """Let a version go that no run has any more: it has become one with another."""
    if not Run.objects.filter(project_id=project_id, architecture=architecture).exists():
        ModelVersion.objects.filter(project_id=project_id, architecture=architecture).delete()
