"""Give the runs that are there already the hashes of what they share with others.

The hash of an architecture leaves out more than before (how a model was compiled, the size of the
batch that built it), so that versions that were counted apart become one: the earliest number.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations, transaction

from runs.identity import architecture_of, configuration_of
from runs.signatures import facts_of

RUNS_A_TRANSACTION = 100
HASHES = ("architecture", "weights_hash", "trained_hash", "data_hash", "code_hash", "commit")


def fill(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django calls it so
    for part in _parts(apps.get_model("runs", "Run")):
        with transaction.atomic():
            for run in part:
                # What has hashes was filled before this was broken off.
                if not any(getattr(run, name) for name in HASHES):
                    _fill(apps, run)


def _parts(runs: Any) -> Iterator[list[Any]]:
    """All runs in the order in which they were made, in bounded parts."""
    projects = runs.objects.order_by("project_id").values_list("project_id", flat=True).distinct()
    for project_id in list(projects):
        last = 0
        rows = runs.objects.filter(project_id=project_id).order_by("number")
        while part := list(rows.filter(number__gt=last)[:RUNS_A_TRANSACTION]):
            yield part
            last = part[-1].number


def _fill(apps: Any, run: Any) -> None:
    documents = apps.get_model("runs", "RunDocument").objects
    facts: dict[str, Any] = {}
    rows = documents.filter(project_id=run.project_id, run_id=run.id)
    for kind, data in rows.values_list("kind", "data").iterator(chunk_size=1):
        if not isinstance(data, dict):
            continue
        facts |= _of_model(apps, run, data) if kind == "model" else facts_of(kind, data)
    if facts:
        rows = apps.get_model("runs", "Run").objects
        rows.filter(project_id=run.project_id, id=run.id).update(**facts)


def _of_model(apps: Any, run: Any, data: dict[str, Any]) -> dict[str, Any]:
    architecture = architecture_of(data)
    number = _version(apps, run, architecture) if architecture else None
    configuration = configuration_of(run.params, number)
    facts = {"architecture": architecture, "model_version": number}
    return facts | ({"configuration": configuration} if number != run.model_version else {})


def _version(apps: Any, run: Any, architecture: str) -> int:
    """The number of an architecture: of the version that it takes over, else the next one."""
    versions = apps.get_model("runs", "ModelVersion").objects.filter(project_id=run.project_id)
    if known := versions.filter(architecture=architecture).first():
        return int(known.number)
    filled = apps.get_model("runs", "Run").objects.filter(project_id=run.project_id)
    before = versions.filter(number=run.model_version).first()
    if before and not filled.filter(architecture=before.architecture).exists():
        versions.filter(number=before.number).update(architecture=architecture)
        return int(before.number)
    last = versions.order_by("-number").first()
    number = last.number + 1 if last else 1
    versions.model.objects.create(
        project_id=run.project_id, architecture=architecture, number=number, run_id=run.id
    )
    return int(number)


class Migration(migrations.Migration):
    # Part by part, so that a server that takes points meanwhile waits for none of it long.
    atomic = False
    dependencies = [("runs", "0008_shared_hashes")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
