"""The same callback in trainings of tf_keras (Keras 2), in a process of its own."""

import pytest

from tests.ahnb_client.keras.programs import offline_results_of

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def results(nursery, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras2")
    return offline_results_of("trainings_on_keras2", folder, nursery)


@pytest.fixture(params=["built", "unbuilt"])
def whole(results, request):
    return results[request.param]


def values(whole, name):
    return [value for _, value, _, _ in whole["metrics"][name]]


def test_weights_and_history_are_bit_equal_with_and_without_us(whole):
    assert whole["histories"][0] == whole["histories"][1]
    assert whole["weights are equal"] is True


def test_metrics_are_those_of_the_history(whole):
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert values(whole, name) == whole["histories"][1][name]
    assert [step for step, *_ in whole["metrics"]["batch/loss"]] == list(range(6))
    assert values(whole, "learning_rate") == [0.25, 0.125]
    assert values(whole, "evaluate/loss") == [whole["evaluated"]]
    assert whole["statuses"] == ["finished", "running", "finished"]


def test_settings_and_model(whole, results):
    params = whole["params"]
    assert (params["optimizer"]["name"], params["optimizer"]["learning_rate"]) == ("adam", 0.5)
    assert params["optimizer"]["schedule"]["class_name"] == "ExponentialDecay"
    assert (params["fit"]["batch_size"], params["fit"]["steps"]) == (10, 3)
    assert params["callbacks"]["EarlyStopping"]["patience"] == 5
    assert params["compile"]["loss"] == "sparse_categorical_crossentropy"
    assert (whole["model"]["kind"], whole["model"]["parameters"]) == ("sequential", 26)
    assert whole["model"]["config"]["config"]["layers"][-1]["class_name"] == "Dense"
    assert whole["data"]["validation"]["samples"] == 10
    assert whole["environment"]["keras"] == results["version"]
    assert whole["environment"]["backend"] == "tensorflow"


def test_end_is_told_by_what_ended_the_fit(results):
    assert results["interrupted"] == "interrupted"
    assert results["failed"] == "failed"


def test_fits_are_recorded_without_a_callback_of_ours(results):
    assert results["automatic"] == [4, 4, 4, 4]


def test_equal_weights_have_equal_hashes(results):
    first, same, changed = results["hashes"]
    assert first == same != changed
