"""Packages, checkout, processor and rank, as this machine has them."""

import json
from importlib import metadata

import numpy as np
import pytest

from ahnb_client.capture.distribution import is_chief
from ahnb_client.capture.environment import machine_document, variables
from ahnb_client.capture.hardware import accelerators, memory_bytes, processor
from ahnb_client.capture.packages import installed_packages, package_origins
from ahnb_client.capture.parts import PARTS, wanted_parts
from ahnb_client.errors import ConfigurationError


def test_packages_are_those_that_python_itself_finds():
    packages = installed_packages()
    assert packages["numpy"] == np.__version__
    assert packages["pytest-django"] == metadata.version("pytest-django")


def test_package_from_a_folder_tells_the_folder():
    assert package_origins()["ahnb-client"].startswith("file://")
    assert "numpy" not in package_origins()


def test_variables_are_those_that_change_a_training(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_gpu_autotune_level=0")
    monkeypatch.setenv("TF_DETERMINISTIC_OPS", "1")
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setenv("SLURM_JWT", "a.b.c")
    monkeypatch.setenv("MY_XLA_FLAGS", "no")
    found = variables()
    assert {
        "XLA_FLAGS": "--xla_gpu_autotune_level=0",
        "PYTHONHASHSEED": "0",
    }.items() <= found.items()
    assert found["TF_DETERMINISTIC_OPS"] == "1"
    assert found["SLURM_JWT"] == "***"
    assert {"MY_XLA_FLAGS", "HOME", "PATH"}.isdisjoint(found)


def test_each_part_of_the_machine_can_be_left_out():
    fields = {
        "host": {"host", "user"},
        "command": {"command", "working_folder"},
        "variables": {"variables"},
        "hardware": {"gpus", "cpu", "memory_bytes"},
        "git": {"git"},
        "packages": {"packages", "packages_from"},
    }
    whole = machine_document("tensorflow", frozenset(PARTS))
    for part, names in fields.items():
        document = machine_document("tensorflow", wanted_parts(f"-{part}"))
        assert set(whole) - set(document) == names
    assert {"python", "os", "ahnb_client"} <= set(machine_document(None, frozenset()))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", set(PARTS)),
        ("-code", set(PARTS) - {"code"}),
        ("-code, -packages", set(PARTS) - {"code", "packages"}),
        ("-all", set()),
        ("-all git +seeds", {"git", "seeds"}),
        ("all", set(PARTS)),
    ],
)
def test_parts_are_chosen_by_name(text, wanted):
    assert wanted_parts(text, {}) == wanted
    assert wanted_parts(None, {"AHNB_CAPTURE": text}) == wanted
    assert wanted_parts(text, {"AHNB_CAPTURE": "-host"}) == wanted


def test_part_that_does_not_exist_is_refused():
    with pytest.raises(ConfigurationError, match="'-cod' is no part of the record: code, git"):
        wanted_parts("-cod")


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
