"""A run whose name, tags or notes no server takes arrives all the same, and so do its points."""

import json
import math
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ahnb_client.config import Config
from ahnb_client.run import Run
from ahnb_platform.accounts.models import User
from runs.models import RunEvent
from runs.pages.delivery import Delivery, delivery_of
from runs.queries import run_for_user
from tests.ahnb_client.test_naming import ODD
from tests.ahnb_client.transport.spools import Recorded, add_points
from tests.contract.stage import PROJECT, Stage
from tests.contract.trainings import await_true

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def config(shared_stage: Stage) -> Config:
    return Config(
        server=shared_stage.server.url,
        key=shared_stage.token,
        project=PROJECT,
        directory=shared_stage.home / "spool",
    )


def delivered(run: Run) -> Delivery:
    """What the page of the run says of its delivery."""
    editor = User.objects.get(email="editor@example.org")
    return delivery_of(run_for_user(editor, UUID(run.id)))


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_a_run_is_delivered_whatever_it_is_called(config, shared_stage, odd):
    run = Run(config=config, **odd)
    run.log({"loss": 0.5}, step=3)
    run.finish()
    assert run.wait(30)
    assert shared_stage.series(run.id)["loss"] == [(3, 0.5)]
    assert shared_stage.left == []


def test_bad_steps_cost_their_own_points_alone(config, shared_stage):
    run = Run(config=config)
    for step in (5, 1.5, None, math.nan, "3", None, 2**63, -1, None):
        run.log({"loss": 0.5}, step=step)
    run.finish()
    assert run.wait(30)
    assert shared_stage.series(run.id)["loss"] == [(step, 0.5) for step in (5, 6, 7, 8)]
    assert ("a step that is no whole number", "5") in delivered(run).lost


def test_a_metric_without_a_name_that_can_be_taken_is_counted_and_named_as_lost(
    config, shared_stage
):
    run = Run(config=config)
    for step in range(10):
        run.log({"loss": 0.5, "va\nl": 0.25, "": 1.0}, step=step)
    run.finish()
    assert run.wait(30)
    folder = shared_stage.home / "spool" / run.id
    await_true(lambda: [path.name for path in folder.iterdir()] == ["refused.ndjson"])
    kept = json.loads((folder / "refused.ndjson").read_text().splitlines()[0])
    assert kept["metrics"]["va\nl"]["v"] == [0.25] * 10
    found = delivered(run)
    assert (found.sent, found.received, found.on_their_way) == (30, 10, 0)
    assert ("refused by the server", "20") in found.lost
    (lost,) = RunEvent.objects.filter(run_id=run.id, kind="lost")
    assert set(lost.data["metrics"]) == {"va\nl", ""}
    (folder / "refused.ndjson").unlink()
    folder.rmdir()


# What an earlier client left, which cleaned nothing


def left(stage: Stage, **create: Any) -> Recorded:
    recorded = Recorded(
        stage.home / "spool",
        server=stage.server.url,
        create={"project": PROJECT, "resume": "allow", **create},
    )
    add_points(recorded.journal, 10)
    recorded.end()
    recorded.spool.release()
    return recorded


@pytest.mark.parametrize(
    ("create", "left_out", "stays"),
    [
        ({"name": "a\nb", "group": "g"}, "“a\nb”", {"group": "g"}),
        ({"name": "fine", "tags": ["good", "a\tb", ""]}, "“a\tb”", {"tags": ["good"]}),
        ({"name": "fine", "tags": [str(n) for n in range(150)]}, "“149”", {"name": "fine"}),
        ({"name": "fine", "notes": "n" * 30_000}, "nnn", {"name": "fine", "notes": ""}),
        ({"objective": {"metric": "", "mode": "min"}, "x": 1}, "“min”", {"objective": None}),
    ],
    ids=["name", "some of the tags", "too many tags", "notes", "objective and a field of no name"],
)
def test_what_the_server_refuses_of_a_run_is_left_out_told_and_kept(stage, create, left_out, stays):
    recorded = left(stage, **create)
    done = stage.ahnb("sync")
    assert done.returncode == 0, done.stdout
    assert "delivered" in done.stdout
    assert "the run is made without its" in done.stdout
    document = stage.run(recorded.run_id)
    assert {name: document[name] for name in stays} == stays
    assert len(stage.series(recorded.run_id)["loss"]) == 10
    notes = [
        one.data["text"] for one in RunEvent.objects.filter(run_id=recorded.run_id, kind="note")
    ]
    assert any(left_out in text for text in notes)
    told = stage.ahnb("status")
    assert "left out: The body breaks a rule." in told.stdout
    assert "left out: The body breaks a rule." in stage.ahnb("doctor").stdout
    assert json.loads((recorded.spool.folder / "refused.ndjson").read_text())["left_out"]


def test_a_run_that_cannot_be_made_is_told_with_the_servers_reasons_everywhere(stage):
    recorded = left(stage, project="Vision/Digits!")
    kept = stage.ahnb("sync", "--json")
    (result,) = json.loads(kept.stdout)["runs"]
    assert (kept.returncode, result["state"]) == (1, "kept")
    assert "A project is named as" in result["trouble"] or "project" in result["trouble"]
    for command in ("status", "doctor"):
        assert result["trouble"] in stage.ahnb(command).stdout
    assert stage.ahnb("sync", "--project", PROJECT).returncode == 0
    assert len(stage.series(recorded.run_id)["loss"]) == 10


def test_two_processes_of_one_run_are_one_line_of_sync(stage, tmp_path: Path):
    first = left(stage)
    again = Recorded(
        stage.home / "spool",
        server=stage.server.url,
        run_id=first.run_id,
        create={"project": PROJECT, "resume": "allow"},
    )
    add_points(again.journal, 5, ["other"])
    again.end()
    again.spool.release()
    done = stage.ahnb("sync")
    assert done.stdout.splitlines() == [f"{first.run_id}  delivered  17 records"]
