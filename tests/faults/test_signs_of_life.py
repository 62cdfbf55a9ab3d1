"""F35: a run deleted while it is recorded; F36: a run that was given up though it lives."""

import signal
import time
from datetime import timedelta

import pytest
from django.db import connection

from ahnb_platform.accounts.models import User
from projects.models import Project
from projects.trash import trash_project, untrash_project
from runs.life.purging import purge_runs
from runs.models import LOST_AFTER, Run
from runs.services import trash_run
from tests.at_once import at_once
from tests.contract.trainings import Training, await_true
from tests.faults.proxy import Answer
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db

EXIT = {"AHNB_EXIT_TIMEOUT": "60"}
TABLES = """
    SELECT table_name FROM information_schema.columns
    WHERE column_name = 'run_id' AND table_schema = current_schema()
"""


def under_way(scene: Scene, training: Training) -> str:
    """Its run, as soon as points arrive."""
    await_true(lambda: scene.count(training, "reward") > 0, training)
    return training.run_id("loop")


def status_of(scene: Scene, run_id: str) -> str:
    return str(scene.run(run_id)["status"])


def rows_of(run_id: str) -> dict[str, int]:
    """How many rows each table has of a run."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE run_id = %s", [run_id])
            found[table] = cursor.fetchone()[0]
    return found


def let_time_pass(run_id: str, time: timedelta) -> None:
    """Since the last sign of life, as the server noted it; committed, unlike the test's own."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_metricstate SET last_seen_at = last_seen_at - %s WHERE run_id = %s",
            [time, run_id],
        )
    other.close()


def purged(run_id: str) -> int:
    """Put it into the trash and delete it for good; how many runs went."""
    run = Run.objects.get(id=run_id)
    project = Project.objects.select_related("team").get(pk=run.project_id)
    owner = User.objects.get(email="owner@example.org")
    trash_run(run=run, by=owner)
    return purge_runs(project=project, ids=[run.id], by=owner).count


def test_a_run_given_up_is_running_again_with_its_next_batch(scene: Scene) -> None:
    """F36: nothing arrives for longer than three minutes, as the server's record of it says."""
    training = scene.train_alone("loop", **EXIT)
    run_id = under_way(scene, training)
    scene.proxy.rule = lambda seen: Answer(503)
    await_true(lambda: scene.proxy.batches[-1:] != [] and len(scene.proxy.seen) > 3, training)
    let_time_pass(run_id, LOST_AFTER + timedelta(minutes=1))
    assert status_of(scene, run_id) == "lost"
    assert len(scene.get("projects/vision/digits/runs/?q=status+%3D+lost")["results"]) == 1
    scene.proxy.rule = lambda seen: None
    await_true(lambda: status_of(scene, run_id) == "running", training)
    training.touch("stop")
    assert training.wait() == 0
    scene.assert_equal(training)


@pytest.mark.slow
def test_a_process_asleep_for_more_than_three_minutes_is_lost_until_it_wakes(scene: Scene) -> None:
    """F36, F20, F17: SIGSTOP: lost within 3 min and a little, sending within 60 s of the waking."""
    training = scene.train_alone("loop", **EXIT)
    run_id = under_way(scene, training)
    training.send(signal.SIGSTOP)
    asleep = time.monotonic()
    time.sleep(LOST_AFTER.total_seconds() - 10)
    assert status_of(scene, run_id) == "running"
    await_true(lambda: status_of(scene, run_id) == "lost", training)
    assert time.monotonic() - asleep < LOST_AFTER.total_seconds() + 5
    training.send(signal.SIGCONT)
    awake = time.monotonic()
    await_true(lambda: status_of(scene, run_id) == "running", training)
    assert time.monotonic() - awake < 60
    training.touch("stop")
    assert training.wait() == 0
    scene.assert_equal(training)


def test_a_project_put_into_the_trash_stops_its_training_and_loses_nothing(scene: Scene) -> None:
    """F35, of the whole project: the client says so and keeps it; after a restore Equal."""
    training = scene.train_alone("loop", **EXIT)
    run_id = under_way(scene, training)
    project = Project.objects.get(slug="digits")
    owner = User.objects.get(email="owner@example.org")
    at_once([lambda: trash_project(project=project, by=owner)])  # committed
    await_true(lambda: "ahnb sync" in training.errors, training)
    # The server believed for half a second what it had looked up.
    before = rows_of(run_id)
    assert "The project lies in the trash" in training.errors
    training.touch("stop")
    assert training.wait() == 0
    assert rows_of(run_id) == before
    assert scene.ahnb("sync").returncode != 0
    at_once([lambda: untrash_project(project=project, by=owner)])
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


def test_a_run_put_into_the_trash_takes_no_more_rows(scene: Scene) -> None:
    """F35: really deleted: the client stops, no row is added; after a restore Equal."""
    training = scene.train_alone("loop", **EXIT)
    run_id = under_way(scene, training)
    assert scene.ask("DELETE", f"runs/{run_id}/") == 204
    before = rows_of(run_id)
    await_true(lambda: "ahnb sync" in training.errors, training)
    batches = len(scene.proxy.batches)
    training.touch("stop")
    assert training.wait() == 0
    assert len(scene.proxy.batches) == batches
    assert rows_of(run_id) == before
    assert scene.ask("POST", f"runs/{run_id}/restore/") == 200
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)


def test_a_run_deleted_for_good_leaves_nothing_and_stops_its_client(scene: Scene) -> None:
    """F35: purged while the training goes on: 410, one word of it, and no row comes back."""
    training = scene.train_alone("loop", **EXIT)
    run_id = under_way(scene, training)
    assert at_once([lambda: purged(run_id)]) == [1]
    await_true(lambda: "deleted for good" in training.errors, training)
    batches = len(scene.proxy.batches)
    training.touch("stop")
    assert training.wait() == 0
    assert len(scene.proxy.batches) == batches
    left = {table: count for table, count in rows_of(run_id).items() if count}
    assert left == {"runs_runlocator": 1}
    assert scene.ahnb("sync").returncode != 0
    assert {table for table, count in rows_of(run_id).items() if count} == {"runs_runlocator"}
    assert len(scene.left) == 1
