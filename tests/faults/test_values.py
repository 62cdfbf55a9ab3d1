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


@pytest.mark.keras
def test_forty_kinds_of_values_in_the_logs_of_keras_raise_nothing(keras: Scene) -> None:
    """0 exceptions out of the hooks; the other metrics are Equal, the numbers among them arrive."""
    training = keras.train("oddities_in_fit", AHNB_EXIT_TIMEOUT="60")
    assert training.wait() == 0, training.errors
    run_id, truth = training.run_id("fit"), training.truth("fit")
    stored = keras.series(run_id)
    assert {name: stored[name] for name in truth} == truth
    assert len(truth["batch/loss"]) == 80
    assert (0, 1.0) in stored["batch/odd"]
    assert keras.run(run_id)["status"] == "finished"
