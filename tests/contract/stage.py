"""A real server with a person and a project, seen from a machine that trains."""

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.trainings import (
    PATIENCE_SECONDS,
    Nursery,
    Points,
    Training,
    clean_environment,
    start_alone,
)
from tests.live import LiveServer

PROJECT = "vision/digits"
WINDOW = 100_000  # steps asked for at once; the most points that the server gives exactly


@dataclass
class Stage:
    """Starts trainings that record into a project, and reads the project as the API gives it."""

    server: LiveServer
    token: str
    home: Path
    nursery: Nursery | None = None
    trainings: list[Training] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What a person would set before training."""
        return {
            "AHNB_SERVER": self.server.url,
            "AHNB_API_KEY": self.token,
            "AHNB_PROJECT": PROJECT,
            "AHNB_DIR": str(self.home / "spool"),
            "HOME": str(self.home),
        }

    def train(self, program: str, *arguments: str, **environment: str) -> Training:
        """Start a Keras program on TensorFlow; it is killed with the stage."""
        assert self.nursery is not None
        folder = self._folder()
        settings = {**self.environment, **environment}
        child = self.nursery.start(program, str(folder), *arguments, environment=settings)
        self.trainings.append(Training(child, folder))
        return self.trainings[-1]

    def train_alone(self, program: str, *arguments: str, **environment: str) -> Training:
        """Start a program as a Python of its own, without Keras or with another back end."""
        folder = self._folder()
        settings = {**self.environment, **environment}
        process = start_alone(program, str(folder), *arguments, environment=settings)
        self.trainings.append(Training(process, folder))
        return self.trainings[-1]

    def end(self) -> None:
        """Kill what still trains."""
        for training in self.trainings:
            training.end()

    def _folder(self) -> Path:
        folder = self.home / f"training-{len(self.trainings)}"
        folder.mkdir()
        return folder

    def ahnb(
        self, *arguments: str, typed: str = "", without: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of `ahnb`; `without` names settings that are not there."""
        settings = {k: v for k, v in self.environment.items() if k not in without}
        return subprocess.run(
            [sys.executable, "-m", "ahnb_client.cli", *arguments],
            env=clean_environment(settings),
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    @property
    def left(self) -> list[str]:
        """What still lies in the spool."""
        spool = self.home / "spool"
        return sorted(path.name for path in spool.iterdir()) if spool.exists() else []

    # What the server has

    def run(self, run_id: str) -> dict[str, Any]:
        """The run document."""
        return self.get(f"runs/{run_id}/")

    def find(self, run_id: str) -> dict[str, Any] | None:
        """The run document; None as long as there is none, or no answer."""
        try:
            return self.run(run_id)
        except OSError:
            return None

    def series(self, run_id: str) -> dict[str, Points]:
        """Every point of every metric that has steps, non-finite ones by their names.

        What the machine itself measures (`system/…`) is by time, and no program wrote it down.
        """
        told = self.run(run_id)["metrics"]
        metrics = {name: summary for name, summary in told.items() if summary["unit"] != "time"}
        stored: dict[str, Points] = {name: [] for name in metrics}
        # A metric without a finite value has no last step.
        steps = [
            summary["last_step"] or summary["count"] + summary["nonfinite"]
            for summary in metrics.values()
        ]
        last = max(steps, default=-1)
        for start in range(0, last + 1, WINDOW):
            window = {"points": WINDOW, "from": start, "to": start + WINDOW - 1}
            query = urllib.parse.urlencode({"metric": list(metrics), **window}, doseq=True)
            for name, answer in self.get(f"runs/{run_id}/series/?{query}")["metrics"].items():
                stored[name] += _points(answer)
        return stored

    def get(self, path: str) -> dict[str, Any]:
        """What the API answers."""
        with self._open("GET", path) as answer:
            document: dict[str, Any] = json.load(answer)
        return document

    def ask(self, method: str, path: str) -> int:
        """The status of an answer."""
        with self._open(method, path) as answer:
            return int(answer.status)

    def _open(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"{self.server.url}/api/v1/{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(request, timeout=30)


def _points(answer: dict[str, Any]) -> Points:
    """The points of an answer that must be exact: none doubled, none left out."""
    assert answer["exact"]
    assert answer["total"] == len(answer["x"])
    assert answer["min"] == answer["max"]
    named: dict[int, str] = dict(answer["nonfinite"])
    assert answer["nonfinite_total"] == len(named)
    pairs = zip(answer["x"], answer["min"], strict=True)
    return [(step, named[step] if value is None else value) for step, value in pairs]
