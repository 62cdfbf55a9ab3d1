"""Runs that are verified and run again, on the real server."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from ahnb_platform.accounts.models import User
from tests import cast
from tests.ahnb_client.capture.checkouts import commit, git
from tests.contract.stage import Stage
from tests.contract.trainings import clean_environment

pytestmark = pytest.mark.django_db

LOOP = """
import random, sys
import ahnb_client
from helper import factor

with ahnb_client.run(name="loop") as run:
    for step in range(3):
        run.log({"reward": factor * step})
print(run.id)
"""
SEEDED = """
import sys
import keras
import numpy as np
from ahnb_client import AHNBCallback

class Scaled(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs

keras.utils.set_random_seed(int(sys.argv[1]))
x = np.random.random((64, 3)).astype("float32")
y = (x.sum(axis=1) > 1.5).astype("int32")
layers = [keras.layers.Dense(8, activation="relu"), Scaled(), keras.layers.Dropout(0.2)]
model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(2, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
callback = AHNBCallback(params={"seed": int(sys.argv[1])})
model.fit(x, y, epochs=3, validation_split=0.25, verbose=0, callbacks=[callback])
print(callback.run.id)
"""


@pytest.fixture(scope="module")
def token_of_owner(token: str, django_db_blocker: DjangoDbBlocker) -> str:
    """Of somebody else in the team; `token` has made the people."""
    with django_db_blocker.unblock():
        return cast.token_of(User.objects.get(email="owner@example.org"))


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder of code that is no checkout."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "train.py").write_text(LOOP)
    (folder / "helper.py").write_text("factor = 2\n")
    return folder


def run_program(stage: Stage, folder: Path, *command: str, **more: str) -> str:
    """Run Python in a folder; gives the id of the run that it made."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=clean_environment({**stage.environment, **more}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def rerun(stage: Stage, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = stage.ahnb("rerun", "--json", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def id_of_new(stage: Stage, report: Mapping[str, Any]) -> str:
    """The id of the run that a rerun made; the report names it by its number."""
    number = report["rerun"].partition("#")[2]
    found = stage.get(f"projects/vision/digits/runs/?q=number%20%3D%20{number}")["results"]
    return str(found[0]["id"])


def test_script_is_run_again_from_its_record_alone(stage, code):
    first = run_program(stage, code, "train.py")
    (code / "helper.py").write_text("factor = 'edited since'\n")
    report = rerun(stage, first)
    assert (report["level"], report["reproduced"]) == ("reproduced", True)
    assert report["comparison"]["same"] == ["reward"]
    assert report["comparison"]["weights"] == "not recorded"
    assert report["code"] == "the recorded script and modules"
    assert not Path(report["folder"]).exists()
    again = stage.run(id_of_new(stage, report))
    assert again["environment"]["rerun_of"] == first
    assert again["tags"] == ["rerun"]
    notes = stage.get(f"runs/{again['id']}/notes/")["results"]
    assert "reproduced. 1 of 1 metric equal throughout" in notes[0]["text"]
    assert stage.run(first)["tags"] == []


def test_run_with_another_result_is_not_reproduced(stage, code):
    (code / "train.py").write_text(LOOP.replace("factor * step", "factor * step + len(sys.argv)"))
    first = run_program(stage, code, "train.py", "a")
    report = rerun(stage, first, "--", "a", "b", code=3)
    assert report["level"] == "re-runnable"
    assert report["comparison"]["other"] == ["reward ends at 7 instead of 6"]
    assert report["command"][-2:] == ["a", "b"]


def test_commit_with_uncommitted_changes_is_made_again(stage, code):
    (code / "data.txt").write_text("1\n")
    made = commit(code, helper="factor = int(open('data.txt').read())\n")
    (code / "data.txt").write_text("5\n")
    first = run_program(stage, code, "train.py")
    git(code, "commit", "-q", "-a", "-m", "later")
    (code / "data.txt").write_text("9\n")
    commit(code)
    report = rerun(stage, first)
    assert report["code"] == f"commit {made[:12]} of {code}"
    assert (report["level"], report["missing"]) == ("reproduced", [])
    assert stage.series(id_of_new(stage, report))["reward"][-1] == (2, 10)
    assert git(code, "worktree", "list").count("\n") == 0


def test_dry_run_says_what_is_missing_and_starts_nothing(stage, code):
    commit(code, helper="factor = 3\npassword = 'open-sesame'\n")
    (code / "untracked.csv").write_text("1")
    first = run_program(stage, code, "train.py", "--rate", "0.1", PYTHONHASHSEED="1")
    report = rerun(stage, first, "--dry-run")
    assert report["missing"] == [
        "helper.py had secrets in it, which are *** now",
        "untracked then, and not recorded: untracked.csv",
    ]
    assert report["command"][2:] == ["--rate", "0.1"]
    assert report["differences"] == []
    assert "level" not in report


def test_secret_argument_has_to_be_given_again(stage, code):
    first = run_program(stage, code, "train.py", "--token", "abc")
    done = stage.ahnb("rerun", first)
    assert done.returncode == 1
    assert (
        "secrets of the command line are not recorded: give all arguments after --" in done.stderr
    )
    assert rerun(stage, first, "--", "--token", "xyz")["level"] == "reproduced"


def test_program_that_fails_now_is_told(stage, code):
    (code / "data.txt").write_text("2")
    (code / "helper.py").write_text("factor = int(open('data.txt').read())\n")
    first = run_program(stage, code, "train.py")
    report = rerun(stage, first, code=3)
    assert (report["level"], report["error"]) == (
        "recorded",
        "the program ended with exit status 1",
    )
    assert rerun(stage, first, "--cwd", str(code))["level"] == "reproduced"


def test_the_second_run_of_a_process_is_the_one_that_is_compared(stage, code):
    (code / "train.py").write_text(LOOP + LOOP.replace("factor *", "7 + factor *"))
    second = run_program(stage, code, "train.py")
    report = rerun(stage, second)
    assert report["level"] == "reproduced"
    found = stage.get("projects/vision/digits/runs/?q=name%20%3D%20loop&limit=4")["results"]
    linked = [stage.run(run["id"])["environment"].get("rerun_of") for run in found]
    assert linked.count(second) == 1
    assert linked.count(None) == 3


def test_run_without_code_cannot_be_run_again(stage, code):
    first = run_program(stage, code, "train.py", AHNB_CAPTURE="-code")
    done = stage.ahnb("rerun", first)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "ahnb: the record of this run holds no code",
    )
    done = stage.ahnb("verify", first)
    assert done.returncode == 3
    assert "cannot be made again: no model is recorded" in done.stdout


def test_code_of_somebody_else_is_not_executed_unasked(stage, code, token_of_owner):
    first = run_program(stage, code, "train.py")
    stage.token = token_of_owner
    done = stage.ahnb("rerun", first)
    assert done.returncode == 1
    assert "editor@example.org recorded this run" in done.stderr
    assert rerun(stage, first, "--trust")["level"] == "reproduced"


def test_unknown_run_is_told(stage):
    for run in ("0192f3aa-0000-7000-8000-000000000000", "vision/digits#999999"):
        done = stage.ahnb("verify", run)
        assert done.returncode == 1
        assert done.stderr.startswith("ahnb: ")


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_seeded_training_is_verified_and_repeated_bit_by_bit(stage, code, backend):
    (code / "train.py").write_text(SEEDED)
    first = run_program(stage, code, "train.py", "11", KERAS_BACKEND=backend)
    done = stage.ahnb("verify", first)
    assert done.returncode == 3
    assert "Scaled" in done.stdout
    done = stage.ahnb("verify", "--json", "--trust", first)
    assert done.returncode == 0, done.stdout + done.stderr
    verified = json.loads(done.stdout)
    assert verified["level"] == "re-buildable"
    assert {check["name"] for check in verified["checks"]} >= {"parameters", "layers", "optimizer"}
    assert verified["missing"] == []
    report = rerun(stage, first)
    assert (report["level"], report["comparison"]["weights"]) == ("bit-identical", "equal")
    assert {"loss", "val_accuracy", "batch/loss"} <= set(report["comparison"]["same"])
    other = rerun(stage, first, "--", "12", code=3)
    assert (other["level"], other["comparison"]["weights"]) == ("re-runnable", "other")
