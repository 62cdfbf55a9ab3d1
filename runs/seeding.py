"""Made-up runs in bulk, to see how a project of many runs behaves; the same ones every time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import orjson
from django.db import connection, transaction
from numpy.typing import NDArray

from ahnb_platform.accounts.models import Membership, Role
from ahnb_platform.errors import Invalid
from projects.models import Project

from . import metrics
from .copying import copy_rows
from .identity import configuration_of
from .models import ModelVersion, Status
from .names import generated_name
from .params import flattened, number_of, text_of

RUNS_A_TRANSACTION = 1000
EPOCHS = 20
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
A_RUN = timedelta(minutes=1)
AN_EPOCH = timedelta(seconds=2)
GROUP = 50
# So many runs in a row differ in their seeds alone.
SEEDS = 5
METRICS = (
    *("loss", "val_loss", "accuracy", "val_accuracy", "precision", "val_precision"),
    *("auc", "val_auc", "learning_rate", "gradient_norm"),
)
LOCATOR = ("run_id", "project_id")
PARAM = ("project_id", "run_id", "key", "number", "text")
RUN = (
    *("project_id", "id", "number", "name", "group", "tags", "notes", "user_id", "status"),
    *("status_reason", "created_at", "started_at", "finished_at", "objective_metric"),
    *("objective_mode", "params", "model_name", "model_parameters", "model_version"),
    *("configuration", "architecture"),
)
Floats = NDArray[np.float64]


class Draft(NamedTuple):
    """A run before it is written."""

    id: UUID
    number: int
    started_at: datetime
    model_version: int
    params: dict[str, Any]
    curves: Floats

    @property
    def finished_at(self) -> datetime:
        return self.started_at + EPOCHS * AN_EPOCH


def seed_runs(*, project: Project, count: int) -> None:
    """Add finished runs with 20 parameters and 10 metrics of 20 epochs each.

    The same project gets the same runs again. `params.chance` is uniform in 0 to 1, so
    that `params.chance < 0.01` keeps one run in a hundred.

    Raises:
        Invalid: `count` is not positive.
    """
    if count < 1:
        raise Invalid("At least one run is made.")
    while count > 0:
        size = min(count, RUNS_A_TRANSACTION)
        with transaction.atomic():
            _write(project, list(drafts(project.pk, _take_numbers(project, size), size)))
        count -= size
    with connection.cursor() as cursor:
        # Or the next search is planned with what the tables were before.
        cursor.execute("ANALYZE")


def drafts(project_id: int, first: int, count: int) -> Iterator[Draft]:
    """Runs with the numbers from `first` on."""
    chance = np.random.default_rng([project_id, first])
    ids = chance.integers(0, 2**62, count, dtype=np.int64).tolist()
    traits = chance.random((-(-count // SEEDS), 6)).round(6).repeat(SEEDS, axis=0)[:count]
    curves = curves_of(traits, chance)
    for at, bits in enumerate(ids):
        started_at = BEGUN + (first + at) * A_RUN
        params = params_of(traits[at].tolist(), first + at)
        version = architectures().index((params["width"], params["depth"])) + 1
        run_id = _id(started_at, bits)
        yield Draft(run_id, first + at, started_at, version, params, curves[at])


def architectures() -> list[tuple[int, int]]:
    """Every width and depth that `params_of` may choose; its place is the model's version."""
    return [(2 ** (4 + width), depth) for width in range(6) for depth in range(1, 9)]


def params_of(traits: list[float], number: int) -> dict[str, Any]:
    """What somebody might have chosen."""
    rate, width, rest, depth, kind, fold = traits
    return {
        "width": 2 ** (4 + int(width * 6)),
        "depth": 1 + int(depth * 8),
        "dropout": round(rest * 0.6, 3),
        "activation": ("relu", "gelu", "silu")[int(kind * 3)],
        "augment": rest > 0.5,
        "chance": kind,
        "seed": number,
        "data": {"version": f"2026-{1 + int(kind * 12):02}", "share": round(0.5 + fold / 2, 2)},
        "optimizer": {
            "name": ("adam", "sgd", "adamw")[int(fold * 3)],
            "learning_rate": round(10 ** (-4 + 3 * rate), 7),
            "weight_decay": round(10 ** (-5 + 2 * rest), 8),
            "clipnorm": 1.0,
        },
        "fit": {
            "batch_size": 2 ** (4 + int(depth * 5)),
            "epochs": EPOCHS,
            "steps": 100,
            "shuffle": True,
            "initial_epoch": 0,
            "validation_split": 0.2,
        },
        "compile": {"loss": "sparse_categorical_crossentropy"},
    }


def curves_of(traits: Floats, chance: np.random.Generator) -> Floats:
    """Runs x `METRICS` x epochs: the better the learning rate fits, the faster they fall."""
    epoch = np.arange(EPOCHS)
    speed = 0.05 + 0.4 * np.exp(-(((traits[:, 0] - 0.5) * 4) ** 2))
    end = 0.1 + 0.5 * traits[:, 2] * traits[:, 1]
    fall = end[:, None] + np.exp(-speed[:, None] * epoch) * 2
    noise = 1 + 0.02 * chance.standard_normal((len(traits), len(METRICS), EPOCHS))
    rate = np.broadcast_to(10 ** (-4 + 3 * traits[:, :1]), fall.shape)
    shares = [np.exp(-fall * slope) for slope in (0.8, 0.9, 0.85, 0.95, 0.5, 0.6)]
    curves: Floats = np.stack([fall, fall * 1.15, *shares, rate, fall * 3], axis=1)
    # The learning rate is set, not measured.
    noise[:, METRICS.index("learning_rate")] = 1
    return curves * noise


def _take_numbers(project: Project, count: int) -> int:
    """The first of `count` numbers that nobody else gets."""
    locked = Project.objects.select_for_update().get(pk=project.pk)
    first = locked.next_run_number
    locked.next_run_number += count
    locked.save(update_fields=["next_run_number"])
    return first


def _write(project: Project, runs: list[Draft]) -> None:
    owner = _owner(project)
    _make_versions(project, runs[0])
    with connection.cursor() as cursor:
        copy_rows(cursor, "runs_runlocator", LOCATOR, ((run.id, project.pk) for run in runs))
        copy_rows(cursor, "runs_run", RUN, (_run_row(project.pk, owner, run) for run in runs))
        copy_rows(
            cursor,
            "runs_runparam",
            PARAM,
            (
                (project.pk, run.id, path, number_of(value), text_of(value))
                for run in runs
                for path, value in flattened(run.params)
            ),
        )
    metrics.add_runs(project_id=project.pk, runs=(_whole(run) for run in runs))


def _make_versions(project: Project, run: Draft) -> None:
    ModelVersion.objects.bulk_create(
        [
            ModelVersion(
                project_id=project.pk,
                architecture=f"{width:08x}{depth:08x}",
                number=place,
                run_id=run.id,
                created_at=run.started_at,
            )
            for place, (width, depth) in enumerate(architectures(), 1)
        ],
        ignore_conflicts=True,
    )


def _owner(project: Project) -> int | None:
    owners = Membership.objects.filter(team=project.team_id, role=Role.OWNER)
    return owners.order_by("pk").values_list("user_id", flat=True).first()


def _run_row(project_id: int, owner: int | None, run: Draft) -> tuple[Any, ...]:
    width, depth = run.params["width"], run.params["depth"]
    return (
        *(project_id, run.id, run.number, generated_name(run.id)),
        *(f"sweep-{run.number // GROUP}", "{seeded}", "", owner, Status.FINISHED.value),
        *("", run.started_at, run.started_at, run.finished_at, "val_accuracy"),
        *("max", orjson.dumps(run.params).decode(), "sequential", width * width * depth),
        *(run.model_version, configuration_of(run.params, run.model_version)),
        f"{width:08x}{depth:08x}",
    )


def _whole(run: Draft) -> metrics.WholeRun:
    """The run's points as one batch of one writer; all metrics share one axis."""
    steps = np.arange(EPOCHS)
    begun = run.started_at.timestamp()
    times = np.array([begun + step * AN_EPOCH.total_seconds() for step in range(1, EPOCHS + 1)])
    columns = [
        metrics.Column(name, "epoch", steps, times, None, values)
        for name, values in zip(METRICS, run.curves, strict=True)
    ]
    batch = metrics.Batch(run.id, 1, 0, bytes(8), columns)
    return metrics.WholeRun(run.id, batch, run.finished_at)


def _id(moment: datetime, bits: int) -> UUID:
    """A UUID of version 7 of that moment."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | bits)
