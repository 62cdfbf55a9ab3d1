"""F37: forty kinds of things that people log, none of which may raise."""

import pytest

from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db


def test_forty_kinds_of_values_raise_nothing(scene: Scene) -> None:
    """0 exceptions out of `log`; each that is a number arrives, each other costs itself alone."""
    training = scene.train_alone("oddities", AHNB_EXIT_TIMEOUT="60")
    assert training.wait() == 0, training.errors
    scene.assert_equal(training)
    assert training.errors.count("not recorded (bad-value)") == 1
