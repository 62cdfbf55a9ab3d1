"""What is found while Keras trains, and what becomes of it."""

import copy
from typing import Any

import keras
import numpy as np
import pytest

import ahnb_client
from ahnb_client import AHNBCallback
from ahnb_client.errors import ConfigurationError
from tests.ahnb_client.keras.conftest import records_of

pytestmark = pytest.mark.keras


def regression(*, rate: float = 1e-3, built: bool = True) -> Any:
    """A model that learns a sum; with a rate beyond all measure it diverges."""
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers] if built else layers)
    model.compile(keras.optimizers.SGD(rate), "mse", run_eagerly=True)
    return model


@pytest.fixture
def sums() -> tuple[np.ndarray, np.ndarray]:
    """40 rows of 3 numbers and their sum."""
    rows = np.random.default_rng(1).random((40, 3), dtype="float32")
    return rows, rows.sum(axis=1, keepdims=True)


def test_statistics_of_the_data_are_recorded_once_and_again_with_the_fingerprints(rows, classifier):
    callback = AHNBCallback(strict=True)
    classifier().fit(*rows, validation_split=0.25, verbose=0, callbacks=[callback])
    first, last = records_of(callback.run).data_of("data")
    assert first["statistics"]["y"]["classes"].keys() == {"0", "1"}
    assert first["statistics"]["x"]["shape"] == [30, 3]
    assert first["statistics"]["validation.x"]["shape"] == [10, 3]
    assert first["statistics"]["validation.x"]["same_memory"] is False
    assert last["statistics"] == first["statistics"]


def test_data_that_is_left_out_is_not_counted(rows, classifier):
    callback = AHNBCallback(capture="-data", strict=True)
    classifier().fit(*rows, verbose=0, callbacks=[callback])
    assert "statistics" not in records_of(callback.run).last("data")


def test_level_that_does_not_exist_is_refused():
    with pytest.raises(ConfigurationError, match="lint is warn, off or raise"):
        AHNBCallback(lint="loud")


def test_facts_hold_model_arguments_data_and_curves(sums):
    callback = AHNBCallback(strict=True)
    regression().fit(*sums, epochs=2, batch_size=10, verbose=0, callbacks=[callback])
    facts = callback._linter.document
    assert facts["model"]["layers"][-1]["class"] == "Dense"
    assert facts["params"]["optimizer"]["class_name"] == "SGD"
    assert facts["params"]["fit"]["batch_size"] == 10
    assert facts["data"]["statistics"]["y"]["shape"] == [40, 1]
    assert facts["curves"]["epoch"]["loss"]["steps"] == [0, 1]
    assert facts["curves"]["batch"]["loss"]["steps"] == list(range(8))
    assert facts["run"]["status"] == "finished"
    assert len(facts["run"]["epoch_seconds"]) == 2


def test_first_batches_of_the_facts_are_those_that_were_recorded(sums):
    callback = AHNBCallback(strict=True)
    regression().fit(*sums, epochs=4, batch_size=4, verbose=0, callbacks=[callback])
    recorded = records_of(callback.run).metrics["batch/loss"]
    told = callback._linter.document["curves"]["batch"]["loss"]
    assert told["steps"] == list(range(20))
    assert told["values"] == [point.value for point in recorded[:20]]


def test_model_that_is_built_by_its_first_batch_is_known_afterwards(sums):
    callback = AHNBCallback(strict=True)
    regression(built=False).fit(*sums, verbose=0, callbacks=[callback])
    assert callback._linter.document["model"]["built"] is True


def test_second_fit_goes_on_with_the_facts(sums):
    callback, model = AHNBCallback(strict=True), regression()
    for _ in range(2):
        model.fit(*sums, verbose=0, callbacks=[callback])
    assert callback._linter.document["curves"]["epoch"]["loss"]["steps"] == [0, 1]


def test_lint_needs_neither_run_nor_training(sums, spool):
    model = regression()
    before = copy.deepcopy(model.get_weights())
    found = ahnb_client.lint(model, *sums, validation_data=sums, batch_size=8, epochs=2)
    assert all(isinstance(finding.id, str) for finding in found)
    assert all(map(np.array_equal, before, model.get_weights()))
    assert not spool.exists()


def test_lint_of_a_model_alone_says_what_can_be_said():
    model = keras.Sequential([keras.layers.Dense(3)])
    assert isinstance(ahnb_client.lint(model), list)
