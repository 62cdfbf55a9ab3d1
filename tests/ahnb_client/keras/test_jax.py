"""The same on the JAX back end, in a process of its own."""

import pytest

from tests.ahnb_client.keras.programs import offline_results_of

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jax")
    return offline_results_of("trainings_on_jax", folder, KERAS_BACKEND="jax")


def test_weights_and_history_are_bit_equal_with_and_without_us(results):
    without, with_us = results["equality"]["histories"]
    assert without == with_us
    assert results["equality"]["weights_are_equal"] is True


def test_metrics_are_those_of_the_history(results):
    assert results["equality"]["recorded"] == results["equality"]["histories"][1]
    assert results["equality"]["steps"] == list(range(8))
    assert results["equality"]["at_steps"] == [3, 7]


def test_model_is_built_when_the_fit_begins(results):
    assert results["equality"]["models"] == [26]
    assert results["equality"]["compile"]["loss"] == "sparse_categorical_crossentropy"


def test_environment_is_that_of_jax(results):
    environment = results["equality"]["environment"]
    assert environment["backend"] == "jax"
    assert environment["backend_version"] == environment["packages"]["jax"]
    assert environment["seed"] == 7


def test_training_on_jax_does_not_wait_for_an_import_of_tensorflow(results):
    assert results["imports_tensorflow"] is False


def test_learning_rate_of_a_schedule(results):
    assert results["schedule"]["rates"] == [0.25, 0.125]
    assert results["schedule"]["optimizer"]["learning_rate"] == 0.5
    assert results["schedule"]["optimizer"]["schedule"]["class_name"] == "ExponentialDecay"


def test_batches_from_several_threads_are_complete(results):
    assert results["threads"]["steps"] == list(range(200))
    for last_batch, epoch in results["threads"]["ends"]:
        assert last_batch == epoch


def test_interrupted_and_failed_trainings_keep_their_batches(results):
    assert results["interrupted"]["status"]["status"] == "interrupted"
    assert results["failed"]["status"] == {"status": "failed", "reason": "ValueError: no more"}
    assert results["interrupted"]["steps"] == results["failed"]["steps"] == [0, 1, 2]


def test_evaluation_after_fit_belongs_to_the_run(results):
    assert results["evaluation"]["recorded"] == [results["evaluation"]["result"]["loss"]]
