"""Runs of which a part is shown, with canaries all around."""

import pytest

from projects.links import limiting
from projects.models import Project
from runs.linting.muting import mute_rule
from runs.models import Run
from runs.notes import add_note
from tests import cast
from tests.sketches import send_events, sketch_run

from .making import CANARY, seen


@pytest.fixture
def runs(digits: Project, vision, alice, bob) -> list[Run]:
    """Four runs, of which the first three will be shown; canaries lie all around."""
    found = []
    for number in range(1, 5):
        name = f"shown-{number}" if number < 4 else f"{CANARY}-run"
        params = {"width": 2**number, "data": f"/home/{CANARY}/digits", "seed": number}
        run = sketch_run(
            digits, bob, name=name, val_loss=(1.0, 1 / number), params=params, group=f"{CANARY}-g"
        )
        dense = {"name": "dense", "class": "Dense", "output_shape": [None, number], "parameters": 9}
        layers = [dense]
        secrets = {"host": f"{CANARY}-host", "git": {"commit": CANARY}, "user": CANARY}
        finding = {"id": "LOSS01", "severity": "error", "text": f"{CANARY} found", "step": 1}
        code = {"files": {"train.py": f"# {CANARY}"}}
        send_events(
            run,
            ("model", {"name": "m", "layers": layers}),
            ("environment", secrets),
            ("code", code),
            ("finding", finding),
        )
        add_note(run=run, by=bob, text=f"{CANARY} note, see #4", step=1)
        Run.objects.filter(id=run.id).update(notes=f"{CANARY} remark", status_reason=CANARY)
        found.append(run)
    bob.name = f"Bob {CANARY}"
    bob.save()
    digits.name, digits.description = f"Digits {CANARY}", CANARY
    digits.save()
    vision.name = f"Vision {CANARY}"
    vision.save()
    mute_rule(project=seen(alice), rule="DATA01", by=alice, reason=CANARY)
    cast.make_project(vision, f"{CANARY}-project", alice)
    return found


@pytest.fixture(autouse=True)
def fresh_minute() -> None:
    limiting._asked.clear()
