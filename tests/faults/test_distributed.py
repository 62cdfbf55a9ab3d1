"""F25: one training on several devices or in several processes, or batches that are no single
call: one run, Equal, each point at the batch that was trained."""

import json
import socket

import pytest

from tests.faults.scene import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.keras, pytest.mark.slow]

EXIT = {"AHNB_EXIT_TIMEOUT": "60"}


def runs_of_project(scene: Scene) -> list[str]:
    return [run["id"] for run in scene.get("projects/vision/digits/runs/")["results"]]


def free_addresses(number: int) -> list[str]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    addresses = [f"127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
    for listener in listeners:
        listener.close()
    return addresses


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("mirrored", range(12)),
        ("executions", [15, 31, 47, 63, 79, 95]),
        ("accumulation", range(96)),
    ],
)
def test_each_point_stands_at_its_batch(keras: Scene, kind: str, steps: range | list[int]) -> None:
    """Two devices; 16 batches an execution; four batches a change of the weights."""
    before = runs_of_project(keras)
    training = keras.train("distributed", kind, **EXIT)
    assert training.wait() == 0, training.errors
    keras.assert_equal(training, "fit")
    assert [step for step, _ in training.truth("fit")["batch/loss"]] == list(steps)
    assert set(runs_of_project(keras)) - set(before) == {training.run_id("fit")}


def test_of_two_workers_that_train_together_the_chief_records(scene: Scene) -> None:
    """MultiWorkerMirroredStrategy, two processes by TF_CONFIG: one run, and the other silent."""
    before = runs_of_project(scene)
    cluster = {"worker": free_addresses(2)}
    tasks = [{"cluster": cluster, "task": {"type": "worker", "index": rank}} for rank in (0, 1)]
    workers = [
        scene.train_alone("worker", TF_CONFIG=json.dumps(task), KERAS_BACKEND="tensorflow", **EXIT)
        for task in tasks
    ]
    assert [worker.wait() for worker in workers] == [0, 0], workers[0].errors
    chief, other = workers
    scene.assert_equal(chief, "fit")
    assert not other.has("fit.run")
    assert set(runs_of_project(scene)) - set(before) == {chief.run_id("fit")}
    run = scene.run(chief.run_id("fit"))
    assert run["params"]["distribution"]["replicas"] == 2
    assert run["model"]["parameters"] == 4
    assert "could not record" not in chief.errors
