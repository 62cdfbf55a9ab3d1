"""Models, data and settings that are not the usual ones, against what Keras itself says of them.

On JAX and PyTorch without TensorFlow, which cannot be imported there.
"""

from typing import Any

import pytest

from tests.ahnb_client.keras.programs import nursery_of, offline_results_of

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module", params=["tensorflow", pytest.param("jax", marks=pytest.mark.slow)])
def results(request, tmp_path_factory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp(request.param)
    nursery = nursery_of(request, request.param)
    found = offline_results_of("trainings_odd", folder, nursery, KERAS_BACKEND=request.param)
    return {**found, "backend": request.param}


@pytest.mark.parametrize(
    "kind", ["built by hand", "names of its own", "failing layer", "nested and shared"]
)
def test_losses_and_parameters_are_those_of_keras(results, kind):
    told = results["models"][kind]
    recorded, history = told["loss"]
    assert recorded == history
    recorded, counted = told["parameters"]
    assert recorded == counted


def test_layers_that_a_hand_built_model_builds_late_are_recorded(results):
    assert results["models"]["built by hand"]["layers"] == [
        ["hidden", "Dense", 16],
        ["out", "Dense", 5],
    ]


def test_what_a_person_keeps_under_names_of_keras_hides_no_model(results):
    told = results["models"]["names of its own"]
    assert told["layers"] == [["out", "Dense", 4]]
    assert told["inputs"] == told["outputs"] == []


def test_layer_that_cannot_be_asked_hides_no_other(results):
    assert results["models"]["failing layer"]["layers"] == [
        ["out", "Dense", 4],
        ["failing", "Failing", 0],
    ]


def test_secret_among_the_settings_of_a_layer_is_not_recorded(results):
    assert results["secret"] is False


def test_losses_and_metrics_as_lists_mappings_and_objects(results):
    losses = results["losses"]
    assert losses["metrics"] == losses["histories"]
    as_list, as_mapping = losses["compiled"]
    assert as_list["loss"] == ["mse", "MeanAbsoluteError"]
    assert as_list["loss_weights"] == [0.25, 0.75]
    assert as_list["metrics"] == [["mae"], ["mse", "RootMeanSquaredError"]]
    assert as_mapping["loss"] == {"one": "mse", "two": "Huber"}
    assert losses["sample weights"] == [40]


def test_training_step_of_ones_own_may_return_other_things_than_numbers(results):
    step = results["own_step"]
    assert step["metrics"]["loss"] == step["metrics"]["inner"] == step["loss"]
    assert step["batches"][1::2] == step["loss"]
    expected = {"pair/0": 1.0, "pair/1": 2.0, "count": 4.0, "flag": 1.0}
    assert {name: step["metrics"][name] for name in expected} == {
        name: [value] * 2 for name, value in expected.items()
    }


@pytest.mark.parametrize(
    ("kind", "ends", "known"),
    [
        ("infinite generator", [2, 5], {"steps": 3, "steps_per_epoch": 3}),
        ("finite generator", [4], {}),
        ("PyDataset", [3, 7], {"steps": 4}),
        ("now and then", [1, 3, 5, 7], {"validation_freq": [2, 3], "steps": 2}),
    ],
)
def test_data_of_any_kind_has_its_points_at_their_steps(results, kind, ends, known):
    seen = results["data"][kind]
    recorded, history = seen["loss"]
    assert recorded == history
    assert seen["ends"] == ends
    assert seen["steps"] == list(range(ends[-1] + 1))
    assert known.items() <= seen["fit"].items()


def test_validation_now_and_then_stands_at_its_epochs(results):
    assert results["data"]["now and then"]["epochs"] == [[1, 2]]


def test_form_of_data_that_is_no_array(results):
    data = results["data"]
    assert data["infinite generator"]["x"] == {"type": "generator"}
    assert data["PyDataset"]["x"]["num_batches"] == 4
    if results["backend"] == "tensorflow":
        assert data["infinite data set"]["x"]["batches"] == "infinite"
        assert data["infinite data set"]["ends"] == [2, 5]
        for kind, shape in (("sparse", [40, 3]), ("ragged", [40, None])):
            assert (data[kind]["x"]["shape"], data[kind]["samples"]) == (shape, 40)
            recorded, history = data[kind]["loss"]
            assert recorded == history


def test_evaluation_is_recorded_whatever_form_its_callbacks_have(results):
    evaluated = results["evaluated"]
    assert evaluated["recorded"] == evaluated["losses"]
    assert len(evaluated["losses"]) == 5
    assert evaluated["calls"] == 4
