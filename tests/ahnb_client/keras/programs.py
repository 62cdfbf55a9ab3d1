"""Runs a training program of this folder in a process of its own."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contract.trainings import Nursery

ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 600.0  # of a machine that is busy with other things

BACKENDS = [
    "tensorflow",
    # What differs on JAX is tested beside this, in test_jax.
    pytest.param("jax", marks=pytest.mark.slow),
    pytest.param(
        "torch",
        marks=[
            pytest.mark.torch,
            pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="no PyTorch"),
        ],
    ),
]


@dataclass(frozen=True)
class Ended:
    """How a program ended, as `subprocess` counts, and what it wrote."""

    code: int
    output: str
    errors: str


def ended(program: str, nursery: Nursery | None, environment: Mapping[str, str]) -> Ended:
    """Run a program to its end; on TensorFlow a `nursery` has loaded that already."""
    settings = {"PYTHONPATH": str(ROOT), **environment}
    name = f"tests.ahnb_client.keras.{program}"
    if nursery is not None:
        return _ended_child(nursery, name, settings)
    done = subprocess.run(
        [sys.executable, "-m", name],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def _ended_child(nursery: Nursery, name: str, settings: Mapping[str, str]) -> Ended:
    with tempfile.TemporaryDirectory() as folder:
        asked = {"start": name, "arguments": [], "environment": settings, "folder": folder}
        pid = nursery.ask(**asked)["pid"]
        code = nursery.ask(wait=pid, seconds=_PATIENCE_SECONDS)["code"]
        assert code is not None, f"{name} still runs"
        written = (Path(folder, name).read_text() for name in ("stdout", "stderr"))
        return Ended(code, *written)


def results_of(
    program: str, *, code: int = 0, nursery: Nursery | None = None, **environment: str
) -> dict[str, Any]:
    """The JSON that `program` printed; it must end with exit status `code`."""
    done = ended(program, nursery, {**os.environ, **environment})
    assert done.code == code, done.errors[-3000:]
    results: dict[str, Any] = json.loads(done.output)
    return results


def offline_results_of(
    program: str, folder: Path, nursery: Nursery | None = None, **environment: str
) -> dict[str, Any]:
    """As `results_of`; what the program records stays in `folder`, which is its home, too."""
    return results_of(
        program,
        nursery=nursery,
        AHNB_MODE="offline",
        AHNB_DIR=str(folder / "spool"),
        AHNB_PROJECT="team/project",
        HOME=str(folder),
        **environment,
    )


def nursery_of(request: pytest.FixtureRequest, backend: str = "tensorflow") -> Nursery | None:
    """What has this back end loaded, if anything."""
    if backend != "tensorflow":
        return None
    nursery: Nursery = request.getfixturevalue("nursery")
    return nursery
