"""Differences of environments, and environments that are made again."""

import platform
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from ahnb_client.capture.environment import machine_document
from ahnb_client.capture.parts import PARTS
from ahnb_client.errors import ConfigurationError
from ahnb_client.rebuild.packages import (
    differences,
    make_environment,
    process_environment,
    requirements,
)


def test_present_environment_does_not_differ_from_itself():
    assert differences(machine_document(None, frozenset(PARTS))) == []


def test_differences_are_told_in_words(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "2")
    recorded = machine_document(None, frozenset(PARTS))
    recorded["python"] = "3.9.1"
    recorded["packages"] |= {"numpy": "1.0", "no-such-package": "2"}
    recorded["variables"] = {"CUDA_VISIBLE_DEVICES": "3"}
    told = differences(recorded)
    assert told[0] == f"Python {platform.python_version()} instead of 3.9.1"
    assert f"numpy {metadata.version('numpy')} instead of 1.0" in told
    assert "no-such-package missing instead of 2" in told
    assert "CUDA_VISIBLE_DEVICES= instead of 3" in told
    assert "SLURM_NTASKS=2 instead of " in told


def test_variables_of_training_are_those_of_the_run(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--now")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    then = {"TF_DETERMINISTIC_OPS": "1", "CUDA_VISIBLE_DEVICES": "0", "TF_TOKEN": "***"}
    made = process_environment({"backend": "jax", "variables": then}, AHNB_MODE="online")
    assert made["TF_DETERMINISTIC_OPS"] == "1"
    assert made["KERAS_BACKEND"] == "jax"
    assert made["CUDA_VISIBLE_DEVICES"] == "1"
    assert made["AHNB_MODE"] == "online"
    assert {"XLA_FLAGS", "TF_TOKEN"}.isdisjoint(made)


def test_packages_are_written_as_pip_takes_them():
    environment = {
        "packages": {"a": "1", "b": "2", "c": "3", "ahnb-client": "0.1"},
        "packages_from": {
            "b": "git+https://example.org/b.git@0123",
            "c": "file:///home/me/c",
            "ahnb-client": "file:///home/me/ahnb",
        },
    }
    assert requirements(environment) == ["a==1", "b @ git+https://example.org/b.git@0123"]


def wheel(folder: Path, name: str, version: str) -> None:
    """A package with one module, as an index would offer it."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", f"version = {version!r}\n")
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        file.writestr(f"{info}/METADATA", head)
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")


@pytest.mark.slow
def test_environment_is_made_of_the_recorded_packages(tmp_path, monkeypatch):
    for version in ("1.0", "2.0"):
        wheel(tmp_path, "made_up", version)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    recorded = {"python": platform.python_version(), "packages": {"made-up": "1.0"}}
    python = make_environment(recorded, tmp_path / "env")
    code = "import made_up, ahnb_client; print(made_up.version, ahnb_client.__version__)"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1.0", metadata.version("ahnb-client")]
    recorded["packages"]["made-up"] = "3.0"
    with pytest.raises(ConfigurationError, match="pip could not install the packages"):
        make_environment(recorded, tmp_path / "other")


def test_environment_of_another_python_is_refused(tmp_path):
    for environment in ({"packages": {}, "python": "3.9.1"}, {"python": sys.version.split()[0]}):
        with pytest.raises(ConfigurationError, match=r"Python 3\.9|not recorded"):
            make_environment(environment, tmp_path / "env")
