"""Of two processes of one training the chief records."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ahnb_client.capture.distribution import is_chief
from tests.ahnb_client.keras.programs import ROOT

pytestmark = pytest.mark.keras

WORKERS = ["127.0.0.1:1", "127.0.0.1:2"]


def settings_of(rank: int, backend: str, port: int) -> dict[str, str]:
    task = {"cluster": {"worker": WORKERS}, "task": {"type": "worker", "index": rank}}
    return {
        "KERAS_BACKEND": backend,
        "TF_CONFIG": json.dumps(task) if backend == "tensorflow" else "",
        "COORDINATOR": f"127.0.0.1:{port}",
        "RANK": str(rank),
        "PYTHONPATH": str(ROOT),
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_chief_alone_records(backend: str, spool: Path) -> None:
    port = free_port()
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ahnb_client.keras.trainings_in_two"],
            cwd=ROOT,
            env={**os.environ, **settings_of(rank, backend, port)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in (0, 1)
    ]
    chief, other = (json.loads(process.communicate(timeout=240)[0]) for process in processes)
    headers = [json.loads(path.read_text()) for path in spool.glob("*/header.json")]
    assert {header["run_id"] for header in headers} == {chief}
    assert other is None


@pytest.mark.parametrize(
    ("roles", "task", "expected"),
    [
        (["chief", "worker"], ("chief", 0), True),
        (["chief", "worker"], ("worker", 0), False),
        (["worker"], ("worker", 0), True),
        (["worker"], ("worker", 1), False),
        (["worker", "evaluator"], ("evaluator", 0), False),
        (["worker", "ps"], ("ps", 0), False),
    ],
)
def test_chief_of_a_cluster_of_tensorflow(
    roles: list[str], task: tuple[str, int], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = dict.fromkeys(roles, WORKERS)
    config = {"cluster": cluster, "task": {"type": task[0], "index": task[1]}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert is_chief("tensorflow") is expected
