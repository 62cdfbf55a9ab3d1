"""The programs of `examples/` run as a newcomer starts them, and their runs arrive."""

import subprocess
import sys

import pytest

from ahnb_client.client import Client, RunRecord
from tests.contract.stage import PROJECT, Stage
from tests.contract.trainings import clean_environment
from tests.live import ROOT

pytestmark = pytest.mark.django_db


def runs_of(stage: Stage, example: str, *arguments: str) -> list[RunRecord]:
    """Start an example; gives what the project has then, oldest first."""
    done = subprocess.run(
        [sys.executable, f"examples/{example}.py", *arguments],
        cwd=ROOT,
        env=clean_environment({**stage.environment, "AHNB_EXIT_TIMEOUT": "60"}),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    client = Client(stage.server.url, stage.token)
    return list(client.runs(PROJECT, order="number"))


def test_a_loop_of_ones_own_is_recorded(stage):
    (run,) = runs_of(stage, "custom_loop", "--epochs", "5")
    assert (run.status, run.params["epochs"]) == ("finished", 5)
    loss = run.series("loss")["loss"].values
    assert len(loss) == 5
    assert loss == sorted(loss, reverse=True)
    assert run.metrics["val_accuracy"]["last"] > 0.8
    assert [note["step"] for note in run.remarks()] == [4]


@pytest.mark.slow
@pytest.mark.keras
def test_trials_of_a_tuner_are_a_group(stage):
    found = runs_of(stage, "tuning", "--trials", "2", "--epochs", "1")
    trials = [run for run in found if run.group == "tuning"]
    assert [run.name for run in trials] == ["trial-0", "trial-1"]
    assert all(run.status == "finished" for run in trials)
    assert len({run.params["width"] for run in trials}) == 2
