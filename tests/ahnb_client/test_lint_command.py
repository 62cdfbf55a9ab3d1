"""`ahnb lint`: a script is run, its fits are looked at, nothing else happens to it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ahnb_client.cli import main

pytestmark = pytest.mark.keras

HEAD = """
import sys
import numpy as np
import keras
rows = np.random.default_rng(1).random((64, 4), dtype="float32")
labels = np.arange(64) % 3
def model(scale=1.0):
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Rescaling(scale), keras.layers.Dense(3, activation="softmax")]
    made = keras.Sequential([keras.Input((4,)), *layers])
    made.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    return made
"""
WRONG = f"""{HEAD}
print("arguments", sys.argv[1:])
history = model(5000.0).fit(rows, labels, batch_size=8, epochs=3, verbose=0)
print("epochs", len(history.history["loss"]))
"""
SOUND = f"{HEAD}\nmodel().fit(rows, labels, batch_size=8, epochs=2, verbose=0)\n"


def linted(folder: Path, program: str, *options: str, after: tuple[str, ...] = ()) -> Any:
    """What `ahnb lint` does with a program, in a process of its own."""
    script = folder / "train.py"
    script.write_text(program)
    command = [sys.executable, "-m", "ahnb_client.cli", "lint", *options, str(script), *after]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(
        command, capture_output=True, text=True, env=quiet, cwd=folder, check=False
    )


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A script with inputs of five thousand, and the folder of its log."""
    folder = tmp_path_factory.mktemp("wrong")
    options = ("--json", "--sarif", "log.sarif")
    return linted(folder, WRONG, *options, after=("--rate", "3")), folder


def test_findings_are_one_json_document_and_the_exit_code(wrong):
    done, _ = wrong
    told = json.loads(done.stdout)
    (found,) = [one for one in told["findings"] if one["id"] == "D02"]
    assert (done.returncode, told["fits"], told["failed"]) == (1, 1, False)
    assert found["where"]["source"] == "train.py:15"
    assert found["severity"] == "warn"


def test_script_gets_its_arguments_and_one_epoch(wrong):
    done, _ = wrong
    assert "arguments ['--rate', '3']" in done.stderr
    assert "epochs 1" in done.stderr


def test_nothing_is_recorded(wrong):
    _, folder = wrong
    assert sorted(path.name for path in folder.iterdir()) == ["log.sarif", "train.py"]


def test_sarif_has_rules_results_and_lines(wrong):
    _, folder = wrong
    log = json.loads((folder / "log.sarif").read_text())
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert len({one["id"] for one in rules}) == len(rules)
    for one in rules:
        assert one["shortDescription"]["text"]
        assert one["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
    (found,) = [one for one in run["results"] if one["ruleId"] == "D02"]
    (location,) = found["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "train.py"
    assert physical["region"]["startLine"] == 15
    assert location["logicalLocations"] == [{"name": "dense", "kind": "object"}]
    assert found["level"] == "warning"


@pytest.mark.slow
def test_ignored_rule_is_no_failure(tmp_path):
    done = linted(tmp_path, SOUND.replace("model()", "model(5000.0)"), "--ignore", "D02", "--train")
    assert "D02" not in done.stdout


@pytest.mark.slow
def test_level_says_what_is_a_failure(tmp_path):
    done = linted(tmp_path, WRONG, "--level", "error")
    assert done.returncode == 0, done.stdout
    assert "D02 warn" in done.stdout
    assert "arguments []" in done.stdout


def test_failing_script_is_told_with_what_was_found(tmp_path):
    done = linted(tmp_path, f"{WRONG}\nraise ValueError('too late')\n", "--level", "error")
    assert done.returncode == 1
    assert "ValueError: too late" in done.stderr
    assert "D02 warn" in done.stdout


def test_missing_script_is_an_error(capsys):
    assert main(["lint", "no_such.py"]) == 1
    assert "no script" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("NOPE", "there is no rule 'NOPE'; docs/lint/README.md has all"),
        ("FTI02", "there is no rule 'FTI02'; near it: FIT02"),
        ("FRZ99", "near it: FRZ0"),
    ],
)
def test_ignored_rule_that_does_not_exist_is_an_error(tmp_path, capsys, given, said):
    (tmp_path / "train.py").write_text("")
    assert main(["lint", "--ignore", given, str(tmp_path / "train.py")]) == 1
    assert said in capsys.readouterr().err
