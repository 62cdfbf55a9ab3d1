"""What was run before is told when it begins again."""

import pytest

from tests.contract.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.keras]


def told(stage: Stage, width: str, **environment: str) -> list[str]:
    training = stage.train("repeated", width, AHNB_EXIT_TIMEOUT="60", **environment)
    assert training.wait() == 0, training.errors
    return [line for line in training.errors.splitlines() if "This configuration" in line]


def test_a_configuration_that_was_run_before_is_told_with_its_result(keras):
    assert told(keras, "8") == []
    assert told(keras, "16") == []
    (line,) = told(keras, "8")
    assert "loss " in line
    assert "(run #1" in line
    assert f"{keras.server.url}/runs/" in line


def test_who_is_offline_is_told_nothing(keras):
    told(keras, "32")
    assert told(keras, "32", AHNB_MODE="offline") == []
