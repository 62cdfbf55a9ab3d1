"""MLflow, the newest that installs, on a PostgreSQL of the same kind."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ahnb_platform.database.cluster import ROLE

from .database import create_database
from .process import ROOT, free_port, running

FOLDER = ROOT / "var/bench/mlflow"
API = "/api/2.0/mlflow"
# Each as MLflow's own options name it; what serves fastest is used.
SERVERS = {
    "uvicorn": ["--disable-security-middleware"],
    "gunicorn gthread": ["--gunicorn-opts", "--worker-class gthread --threads 8 --keep-alive 60"],
}


def install() -> Path:
    """The environment's `bin`, made on first use."""
    binaries = FOLDER / "bin"
    if not (binaries / "mlflow").exists():
        print("Installing MLflow into var/bench …", file=sys.stderr)
        venv.create(FOLDER, with_pip=True)
        packages = ("mlflow", "psycopg2-binary", "gunicorn")
        subprocess.run([binaries / "pip", "install", "-q", *packages], check=True)
    return binaries


def version() -> str:
    done = subprocess.run([install() / "mlflow", "--version"], capture_output=True, text=True)
    return done.stdout.strip().rpartition(" ")[2]


@dataclass
class MLflow:
    """A running MLflow."""

    port: int
    experiment: str = "0"

    def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{API}/{method}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def create_run(self) -> str:
        body = {"experiment_id": self.experiment, "start_time": 1_763_870_000_000}
        return str(self.call("runs/create", body)["run"]["info"]["run_id"])


@contextmanager
def serving(
    sockets: Path, scratch: Path, *, workers: int, server: str = "uvicorn", database: str = "mlflow"
) -> Iterator[MLflow]:
    """MLflow with its tables in `database`, made when it is not there."""
    if not (scratch / f"{database}.made").exists():
        create_database(sockets, database)
        (scratch / f"{database}.made").touch()
    port = free_port()
    command = [
        str(install() / "mlflow"),
        "server",
        f"--backend-store-uri=postgresql+psycopg2://{ROLE}@/{database}?host={sockets}",
        f"--default-artifact-root={scratch / 'artifacts'}",
        "--host=127.0.0.1",
        f"--port={port}",
        f"--workers={workers}",
        *SERVERS[server],
    ]
    with running(command, port, scratch / "mlflow.log"):
        yield MLflow(port)
