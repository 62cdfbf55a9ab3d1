"""Runs as the pages show them: a few quick strokes with parameters, curves and an end."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import services
from runs.models import Run, RunMedia

from .cast import log_points, make_run


def send_events(run: Run, *events: tuple[str, dict[str, Any]]) -> None:
    """Events of one batch, by a writer of its own."""
    listed = [{"kind": kind, "at": time.time(), "data": data} for kind, data in events]
    services.store_batch(run=run, batch={"writer": str(uuid.uuid4()), "seq": 1, "events": listed})


# One grey pixel.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


def sketch_media(run: Run, name: str = "sample", step: int = 0, **data: Any) -> RunMedia:
    """An image that the run logged, or what `data` says."""
    send_events(
        run, ("media", {"name": name, "step": step, **(data or {"type": "image", "png": DOT})})
    )
    return RunMedia.objects.filter(run_id=run.id).latest("id")


def sketch_run(
    project: Project,
    by: User,
    *,
    val_loss: Sequence[float] = (0.9, 0.5, 0.4),
    status: str = "finished",
    params: dict[str, Any] | None = None,
    **fields: Any,
) -> Run:
    """A run with the curves `val_loss` and `loss` (a tenth lower) that ended as `status`."""
    fields.setdefault("objective", {"metric": "val_loss", "mode": "min"})
    run = make_run(project, by, **fields)
    log_points(run, {"val_loss": val_loss, "loss": [value * 0.9 for value in val_loss]})
    events: list[tuple[str, dict[str, Any]]] = [("params", params or {})]
    if status != "running":
        events.append(("status", {"status": status}))
    send_events(run, *events)
    return run


def sketch_project(project: Project, by: User, count: int = 6) -> list[Run]:
    """`count` finished runs; run n has width 2 ** n, reaches 1 / n, and the last one is best."""
    return [
        sketch_run(
            project,
            by,
            name=f"run-{number}",
            val_loss=(1.0, 1 / number),
            params={
                "width": 2**number,
                "optimizer": {"name": ("adam", "sgd")[number % 2], "learning_rate": 0.1**number},
            },
        )
        for number in range(1, count + 1)
    ]
