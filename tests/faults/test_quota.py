"""F33: a quota is reached while a training goes on."""

import pytest

from projects.models import Project
from runs.life.quotas import set_project_quota
from tests.at_once import at_once
from tests.contract.trainings import await_true
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db
LIMIT = 500


def limit(points: int | None) -> None:
    project = Project.objects.select_related("team").get(team__slug="vision", slug="digits")
    set_project_quota(project=project, by=None, points=points)


def test_a_full_project_costs_a_training_one_line_and_nothing_else(scene: Scene) -> None:
    """F33: told once, the training ends as ever, all is delivered once there is room: Equal."""
    at_once([lambda: limit(LIMIT)])
    try:
        training = scene.train_alone("loop", AHNB_EXIT_TIMEOUT="3")
        told = f"The project vision/digits may have {LIMIT} points"
        await_true(lambda: told in training.errors, training)
        training.touch("stop")
        assert training.wait(90) == 0
        assert training.errors.count("recording goes on") == 1
        assert len(scene.left) == 1
        assert scene.count(training, "reward") <= LIMIT
    finally:
        at_once([lambda: limit(None)])
    assert scene.ahnb("sync").returncode == 0
    scene.assert_equal(training)
