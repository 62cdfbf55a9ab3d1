"""Runs a training program of this folder in a process of its own."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 600.0  # of a machine that is busy with other things

BACKENDS = [
    "tensorflow",
    "jax",
    pytest.param(
        "torch",
        marks=[
            pytest.mark.torch,
            pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="no PyTorch"),
        ],
    ),
]


def results_of(program: str, *, code: int = 0, **environment: str) -> dict[str, Any]:
    """The JSON that `program` printed; it must end with exit status `code`."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.ahnb_client.keras.{program}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == code, done.stderr[-3000:]
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def offline_results_of(program: str, folder: Path, **environment: str) -> dict[str, Any]:
    """As `results_of`; what the program records stays in `folder`, which is its home, too."""
    return results_of(
        program,
        AHNB_MODE="offline",
        AHNB_DIR=str(folder / "spool"),
        AHNB_PROJECT="team/project",
        HOME=str(folder),
        **environment,
    )
