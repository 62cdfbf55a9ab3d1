"""What Keras' ModelCheckpoint writes is attached, whole and at its step, if that is wanted."""

import hashlib
from pathlib import Path

import pytest

from tests.contract.stage import Stage
from tests.contract.trainings import Training

pytestmark = [pytest.mark.django_db, pytest.mark.keras]
BATCHES = 5


def hash_of(training: Training, stage: Stage, name: str) -> str:
    content = Path(stage.home, "training-0", "truth", name).read_bytes()
    return hashlib.sha256(content).hexdigest()


def test_checkpoints_are_attached_as_keras_wrote_them(keras):
    training = keras.train("checkpointed", AHNB_EXIT_TIMEOUT="60")
    assert training.wait() == 0, training.errors
    assert keras.left == []
    found = keras.get(f"runs/{training.run_id('fit')}/artifacts/")["results"]
    told = {(one["name"], one["step"]): one["sha256"] for one in found}
    weights = {
        (f"checkpoints/{epoch + 1}.weights.h5", (epoch + 1) * BATCHES - 1): hash_of(
            training, keras, f"{epoch}-{epoch + 1}.weights.h5"
        )
        for epoch in range(3)
    }
    best = ("checkpoints/best.keras", 2 * BATCHES - 1)
    assert {place: told[place] for place in weights} == weights
    # Of the best, what was not sent yet when a better one came is not sent any more.
    assert told[best] == hash_of(training, keras, "1-best.keras")
    assert set(told) - set(weights) <= {best, ("checkpoints/best.keras", BATCHES - 1)}


def test_of_the_best_that_wait_only_the_last_is_sent(keras):
    training = keras.train("checkpointed", AHNB_MODE="offline")
    assert training.wait() == 0, training.errors
    assert keras.ahnb("sync").returncode == 0
    run = training.run_id("fit")
    (best,) = keras.get(f"runs/{run}/artifacts/?name=checkpoints/best.keras")["results"]
    assert (best["step"], best["version"]) == (2 * BATCHES - 1, 1)
    assert best["sha256"] == hash_of(training, keras, "1-best.keras")


def test_nothing_is_attached_unless_it_is_wanted(keras):
    training = keras.train("checkpointed", "off")
    assert training.wait() == 0, training.errors
    assert keras.get(f"runs/{training.run_id('fit')}/artifacts/")["results"] == []
