"""Give the runs that are there already their configuration and their model's version."""

from itertools import islice
from typing import Any

from django.db import migrations, transaction

from runs.identity import architecture_of, configuration_of
from runs.ids import RunKey
from runs.ingest.versions import model_version

RUNS_A_TRANSACTION = 500


def fill(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django calls it so
    runs = apps.get_model("runs", "Run").objects.order_by("project_id", "number")
    keys = runs.values_list("project_id", "id", "params").iterator(RUNS_A_TRANSACTION)
    documents = apps.get_model("runs", "RunDocument").objects.filter(kind="model")
    while part := list(islice(keys, RUNS_A_TRANSACTION)):
        with transaction.atomic():
            models = dict(
                documents.filter(run_id__in=[key[1] for key in part]).values_list("run_id", "data")
            )
            for project_id, run_id, params in part:
                architecture = architecture_of(models.get(run_id, {}))
                version = model_version(RunKey(project_id, run_id), architecture)
                runs.filter(project_id=project_id, id=run_id).update(
                    model_version=version, configuration=configuration_of(params, version)
                )


class Migration(migrations.Migration):
    # Batch by batch, so that a server that takes points meanwhile waits for none of it long.
    atomic = False
    dependencies = [("runs", "0006_identity"), ("projects", "0002_saved_views")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
