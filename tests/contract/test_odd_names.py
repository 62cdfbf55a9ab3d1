"""A run whose name, tags or notes no server takes arrives all the same, and so do its points."""

import json
import math
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ahnb_client.config import Config
from ahnb_client.run import Run
from ahnb_platform.accounts.models import User
from runs.models import RunEvent
from tests import cast
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


def delivered(run: Run) -> str:
    """What the page of the run says of its delivery, as a text."""
    browser = cast.client_of(User.objects.get(email="editor@example.org"))
    shown = browser.get(f"/runs/{run.id}/").content.decode()
    card = shown.partition('id="delivery"')[2].partition("</section>")[0]
    return " ".join(unescape(re.sub("<[^>]*>", " ", card)).split())


def test_runs_are_delivered_whatever_they_are_called(config, shared_stage):
    runs = {what: Run(config=config, **odd) for what, odd in ODD.items()}
    for run in runs.values():
        run.log({"loss": 0.5}, step=3)
        run.finish()
    for what, run in runs.items():
        assert run.wait(30), what
        assert shared_stage.series(run.id)["loss"] == [(3, 0.5)], what
    await_true(lambda: shared_stage.left == [])


def test_bad_steps_cost_their_own_points_alone(config, shared_stage):
    run = Run(config=config)
    for step in (5, 1.5, None, math.nan, "3", None, 2**63, -1, None):
        run.log({"loss": 0.5}, step=step)
    run.finish()
    assert run.wait(30)
    assert shared_stage.series(run.id)["loss"] == [(step, 0.5) for step in (5, 6, 7, 8)]
    assert "5: a step that is no whole number" in delivered(run)


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
    shown = delivered(run)
    assert "10 received of 30 sent last sign of life" in shown  # none is on its way
    assert "20: refused by the server" in shown
    assert "metric “va l”: A name must not hold control characters" in shown
    assert "metric “”: A name must not be empty." in shown
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


LEFT = [
    ({"name": "a\nb", "group": "g"}, "“a\nb”", {"group": "g"}),
    ({"name": "fine", "tags": ["good", "a\tb", ""]}, "“a\tb”", {"tags": ["good"]}),
    ({"name": "fine", "tags": [str(n) for n in range(150)]}, "“149”", {"name": "fine"}),
    ({"name": "fine", "notes": "n" * 30_000}, "nnn", {"name": "fine", "notes": ""}),
    ({"objective": {"metric": "", "mode": "min"}, "x": 1}, "“min”", {"objective": None}),
]


def test_what_the_server_refuses_of_a_run_is_left_out_told_and_kept(stage):
    runs = [left(stage, **create) for create, _, _ in LEFT]
    done = stage.ahnb("sync")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("delivered") == len(LEFT)
    assert done.stdout.count("the run is made without its") == len(LEFT)
    for recorded, (_, left_out, stays) in zip(runs, LEFT, strict=True):
        document = stage.run(recorded.run_id)
        assert {name: document[name] for name in stays} == stays
        assert len(stage.series(recorded.run_id)["loss"]) == 10
        notes = RunEvent.objects.filter(run_id=recorded.run_id, kind="note")
        assert any(left_out in note.data["text"] for note in notes)
        assert json.loads((recorded.spool.folder / "refused.ndjson").read_text())["left_out"]
    assert stage.ahnb("status").stdout.count("left out: The body breaks a rule.") == len(LEFT)
    assert "left out: The body breaks a rule." in stage.ahnb("doctor").stdout


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
