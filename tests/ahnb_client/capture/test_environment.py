"""Packages, checkout, processor and rank, as this machine has them."""

import json
import subprocess
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from ahnb_client.capture.distribution import is_chief
from ahnb_client.capture.environment import git_state
from ahnb_client.capture.hardware import accelerators, memory_bytes, processor
from ahnb_client.capture.packages import installed_packages


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_packages_are_those_that_python_itself_finds():
    packages = installed_packages()
    assert packages["numpy"] == np.__version__
    assert packages["pytest-django"] == metadata.version("pytest-django")


def test_checkout_tells_commit_branch_and_changes(tmp_path):
    git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "train.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert git_state(tmp_path) == {"commit": commit, "branch": "trunk", "dirty": False}
    (tmp_path / "train.py").write_text("2")
    assert git_state(tmp_path)["dirty"] is True


def test_folder_without_a_commit_has_no_state(tmp_path):
    assert git_state(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert git_state(tmp_path) is None


def test_processor_and_memory():
    assert processor()["threads"] >= processor()["available"] >= 1
    assert processor()["model"]
    assert memory_bytes() > 2**20


def test_back_end_that_is_not_loaded_is_not_asked():
    assert accelerators("torch") == []


@pytest.mark.parametrize(
    ("role", "index", "roles", "expected"),
    [
        ("chief", 0, ["chief", "worker"], True),
        ("worker", 0, ["chief", "worker"], False),
        ("worker", 0, ["worker"], True),
        ("worker", 1, ["worker"], False),
        ("ps", 0, ["worker", "ps"], False),
    ],
)
def test_chief_of_a_cluster(monkeypatch, role, index, roles, expected):
    cluster = {name: ["a:1", "b:1"] for name in roles}
    config = {"cluster": cluster, "task": {"type": role, "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert is_chief("tensorflow") is expected


@pytest.mark.parametrize("config", ["", "{}", "not json"])
def test_training_alone_is_its_own_chief(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    assert is_chief("tensorflow") is True
