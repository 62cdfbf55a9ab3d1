"""The environment with the peers, and programs in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.servers.process import ROOT

FOLDER = ROOT / "var/bench/clients"
PYTHON = FOLDER / "bin/python"
# All of them get along in one environment. TensorFlow is what W&B's and Keras' own callbacks need,
# the old setuptools what Aim does.
BASE = ("tensorflow", "keras", "jax", "requests", "setuptools<81")
PEERS = ("wandb", "tensorboard", "mlflow", "aim", "trackio", "swanlab")
TIMEOUT_SECONDS = 600
_ERROR = re.compile(r"[\w.]*(Error|Exception|Interrupt)\b")


def install() -> dict[str, str]:
    """Make the environment on first use; gives the version of each package that is there."""
    if not PYTHON.exists():
        print("Installing the peers into var/bench/clients …", file=sys.stderr)
        venv.create(FOLDER, with_pip=True)
        _pip_install(*BASE, check=True)
        for peer in PEERS:
            _pip_install(peer, check=False)
    return _versions()


def _pip_install(*packages: str, check: bool) -> None:
    subprocess.run([PYTHON, "-m", "pip", "install", "-q", *packages], check=check)


def _versions() -> dict[str, str]:
    code = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""
    names = [name.partition("<")[0] for name in (*BASE, *PEERS)]
    output = subprocess.check_output([PYTHON, "-c", code, *names], text=True)
    found: dict[str, str] = json.loads(output)
    return found


@dataclass
class Programs:
    """Starts programs in a scratch folder, with the settings that every tracker needs."""

    scratch: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, *arguments: object, **environment: str) -> dict[str, Any]:
        """What the program prints as JSON; `{"error": …}` if it fails.

        `exit_seconds` is how long the process took to end after it had printed.
        """
        command = [str(PYTHON), "-m", f"benchmarks.client.programs.{name}", *map(str, arguments)]
        process = subprocess.Popen(
            command,
            cwd=self.scratch,
            env={**os.environ, **self._usual(), **self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"error": f"no end within {TIMEOUT_SECONDS} s"}
        ended = time.time()
        found = [line for line in output.splitlines() if line.startswith('{"at":')]
        if process.returncode or not found:
            told = [line for line in errors.splitlines() if _ERROR.match(line)] or ["nothing"]
            return {"error": f"status {process.returncode}: {told[0][:200]}"}
        result: dict[str, Any] = json.loads(found[-1])
        return {**result, "exit_seconds": ended - result["at"]}

    def _usual(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "HOME": str(self.scratch),
            "AHNB_DIR": str(self.scratch / "spool"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "",
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.scratch}/mlflow.db",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "WANDB_MODE": "offline",
            "WANDB_SILENT": "true",
            "WANDB_ERROR_REPORTING": "false",
            "GRADIO_ANALYTICS_ENABLED": "False",
        }
