"""The started script and its modules, as real processes have them."""

import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from tests.ahnb_client.processes import ROOT

SCRIPT = """
import json, sys
import helper, package.part, numpy
from ahnb_client.capture.source import command_document, script_document
json.dump(script_document() | command_document(), sys.stdout)
"""


def told_by(*command: str, folder: Path) -> dict[str, Any]:
    """What a Python in `folder` says of its own code."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def write(folder: Path, **files: str) -> None:
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "part.py").write_text("x = 1\n")
    (folder / "helper.py").write_text("api_key = 'open-sesame'\n")
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content)


def test_script_and_its_own_modules_are_recorded(tmp_path):
    write(tmp_path, train=SCRIPT, unused="x = 2")
    told = told_by("train.py", "--rate", "0.1", "--token=abc", folder=tmp_path)
    assert (told["kind"], told["path"], told["folder"]) == ("script", "train.py", ".")
    assert told["root"] == str(tmp_path)
    assert told["source"] == SCRIPT
    assert told["sha256"] == hashlib.sha256(SCRIPT.encode()).hexdigest()
    assert told["arguments"] == ["--rate", "0.1", "--token=***"]
    assert told["command"][1:] == ["train.py", "--rate", "0.1", "--token=***"]
    assert told["working_folder"] == str(tmp_path)
    modules = {module["name"]: module for module in told["modules"]}
    assert set(modules) == {"helper", "package.part"}
    assert modules["package.part"]["path"] == "package/part.py"
    assert (modules["helper"]["source"], modules["helper"]["masked"]) == ("api_key = '***'\n", True)


def test_script_that_is_started_from_elsewhere(tmp_path):
    write(tmp_path / "code", train=SCRIPT)
    told = told_by("code/train.py", folder=tmp_path)
    assert (told["path"], told["folder"]) == ("code/train.py", ".")
    assert {module["path"] for module in told["modules"]} == {
        "code/helper.py",
        "code/package/part.py",
    }


def test_module_that_is_started_by_its_name(tmp_path):
    write(tmp_path)
    (tmp_path / "package" / "train.py").write_text(SCRIPT)
    told = told_by("-m", "package.train", folder=tmp_path)
    assert (told["module"], told["path"]) == ("package.train", "package/train.py")


def test_code_of_the_command_line_stands_in_the_command(tmp_path):
    write(tmp_path)
    told = told_by("-c", SCRIPT, folder=tmp_path)
    assert told["command"][1:] == ["-c", SCRIPT]
    assert "source" not in told


def test_packages_in_an_environment_below_the_folder_are_not_its_code(tmp_path):
    write(tmp_path, train=SCRIPT)
    venv.create(tmp_path / "env", with_pip=False)
    inside = next((tmp_path / "env").glob("lib*/python*/site-packages"))
    (inside / "vendored.py").write_text("x = 1\n")
    script = f"import sys; sys.path.append({str(inside)!r}); import vendored\n{SCRIPT}"
    (tmp_path / "train.py").write_text(script)
    told = told_by("train.py", folder=tmp_path)
    assert {module["name"] for module in told["modules"]} == {"helper", "package.part"}


def test_large_file_is_told_by_its_hash_alone(tmp_path):
    write(tmp_path, train=SCRIPT)
    (tmp_path / "helper.py").write_text("# " + "x " * 200_000)
    told = told_by("train.py", folder=tmp_path)
    helper = next(module for module in told["modules"] if module["name"] == "helper")
    assert (helper["source"], helper["left_out"], helper["bytes"]) == (None, "size", 400_002)
    assert len(helper["sha256"]) == 64


def test_file_that_was_changed_since_the_start_is_told(tmp_path):
    change = (
        "import ahnb_client.capture.source, helper, os, time\nos.utime(helper.__file__, (2e9,) * 2)"
    )
    write(tmp_path, train=change + SCRIPT)
    told = told_by("train.py", folder=tmp_path)
    newer = {module["name"] for module in told["modules"] if module.get("is_newer")}
    assert newer == {"helper"}


def test_files_that_pin_the_environment_are_hashed(tmp_path):
    write(tmp_path, train=SCRIPT)
    (tmp_path / "requirements-dev.txt").write_text("numpy==2\n")
    told = told_by("train.py", folder=tmp_path)
    assert told["locks"] == {
        "requirements-dev.txt": hashlib.sha256(b"numpy==2\n").hexdigest(),
    }
