"""What trackers capture of a Keras training, row by row, on each back end in its own process."""

from typing import Any

import pytest

from tests.ahnb_client.keras.programs import BACKENDS, nursery_of, offline_results_of

pytestmark = pytest.mark.keras

FORMS = ["left out", "None", "one", "list", "list again", "tuple", "positional", "CallbackList"]


@pytest.fixture(scope="module", params=BACKENDS)
def results(request, tmp_path_factory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp(request.param)
    nursery = nursery_of(request, request.param)
    settings = {"KERAS_BACKEND": request.param, "AHNB_SYSTEM_SECONDS": "0.1"}
    found = offline_results_of("trainings_everywhere", folder, nursery, **settings)
    return {**found, "backend": request.param}


@pytest.fixture
def whole(results) -> dict[str, Any]:
    return results["whole"]


@pytest.fixture
def without_torch(results) -> dict[str, Any]:
    if results["backend"] == "torch":
        pytest.skip("not on PyTorch")
    return results


def values(whole: dict[str, Any], name: str) -> list[float]:
    return [value for _, value, _, _ in whole["metrics"][name]]


def test_metrics_of_epochs_and_validation_stand_at_their_epochs(whole):
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert whole["metrics"][name] == [
            [epoch, value, 3 * epoch + 2, "epoch"]
            for epoch, value in enumerate(whole["history"][name])
        ]


def test_metrics_of_batches_stand_at_their_steps(whole):
    assert [step for step, *_ in whole["metrics"]["batch/loss"]] == list(range(9))
    assert values(whole, "batch/loss")[2::3] == pytest.approx(whole["history"]["loss"])


def test_learning_rate_over_time(whole):
    assert values(whole, "learning_rate") == [0.25, 0.125, 0.0625]


def test_settings_of_optimizer_and_schedule(whole):
    optimizer = whole["params"]["optimizer"]
    assert (optimizer["name"], optimizer["learning_rate"]) == ("adam", 0.5)
    assert optimizer["schedule"]["class_name"] == "ExponentialDecay"
    assert optimizer["beta_1"] == 0.9


def test_arguments_of_fit_and_own_params(whole):
    assert whole["params"]["width"] == 4
    assert whole["params"]["fit"] == {
        "batch_size": 10,
        "class_weight": {"0": 1.0, "1": 2.0},
        "epochs": 3,
        "initial_epoch": 0,
        "shuffle": True,
        "steps": 3,
        "validation_freq": 1,
        "validation_split": 0.25,
    }


def test_settings_of_other_callbacks(whole):
    stopping = whole["params"]["callbacks"]["EarlyStopping"]
    assert (stopping["patience"], stopping["min_delta"]) == (5, 0.25)


def test_model_with_its_layers_and_graph(whole):
    model = whole["model"]
    assert [layer["output_shape"] for layer in model["layers"]] == [[None, 4], [None, 2]]
    assert (model["parameters"], model["kind"]) == (26, "sequential")
    assert len(model["edges"]) == 1
    assert model["config"]["class_name"] == "Sequential"


def test_form_and_fingerprint_of_the_data(whole):
    assert whole["data"]["x"]["shape"] == [30, 3]
    assert whole["data"]["validation"]["samples"] == 10
    assert set(whole["data"]["fingerprints"]) == {"x", "y", "validation.x", "validation.y"}
    assert sum(whole["data"]["fingerprints"]["y"]["classes"].values()) == 30


def test_load_of_the_machine_over_time(whole):
    for name in ("cpu_percent", "memory_bytes", "machine_memory_percent", "disk_percent"):
        points = whole["metrics"][f"system/{name}"]
        assert {unit for *_, unit in points} == {"time"}
        assert all(value >= 0 for _, value, _, _ in points)
    assert max(values(whole, "system/memory_bytes")) > 1 << 20


def test_back_end_packages_and_commit(whole, results):
    assert whole["environment"]["backend"] == results["backend"]
    assert whole["environment"]["backend_version"]
    assert whole["environment"]["packages"] > 5
    assert len(whole["commit"]) == 40


@pytest.mark.parametrize("form", FORMS)
def test_fit_is_recorded_without_a_callback_of_ours(results, form):
    found = results["automatic"]["forms"][form]
    assert found["runs"] == 1
    assert found["project"] == "team/automatic"
    assert found["statuses"] == ["finished"]
    recorded, history = found["loss"]
    assert recorded == history


def test_autolog_leaves_fit_and_what_is_given_to_it_as_they_are(results):
    automatic = results["automatic"]
    assert automatic["forms"]["ours"]["runs"] == 1
    assert automatic["forms"]["ours"]["project"] == "team/project"
    assert automatic["watcher"] == 6  # each fit with it called it once
    assert automatic["reused"] == 1
    assert automatic["in own list"] == [2]  # the watcher and Keras' own History
    assert automatic["refused"] == 0
    assert automatic["after"] == 0
    assert automatic["looks like Keras' own"] == [True, True, True]


def test_evaluations_inside_and_outside_of_fit_are_recorded_and_predict_disturbs_nothing(results):
    between = results["between"]
    assert between["recorded"] == between["evaluated"]
    assert between["steps"] == [2, 5, 5]
    assert between["validation"][0] == between["validation"][1]
    assert between["steps of batches"] == list(range(6))
    assert between["statuses"] == ["finished", "running", "finished"]


def test_functional_model_of_two_inputs_and_outputs(results):
    model = results["kinds"]["functional"]
    assert model["kind"] == "functional"
    assert sorted(map(tuple, model["edges"])) == [
        ("joined", "kind"),
        ("joined", "price"),
        ("left", "joined"),
        ("right", "joined"),
    ]
    assert {"loss", "price_loss", "kind_loss", "batch/price_loss"} <= set(results["kinds"]["two"])


def test_own_classes_loss_scaling_and_executions_of_several_batches(results):
    kinds = results["kinds"]
    assert kinds["own"]["kind"] == "subclassed"
    assert [layer["class"] for layer in kinds["own"]["layers"]] == ["Doubling", "Dense"]
    assert kinds["own"]["parameters"] == 4
    assert kinds["own params"]["optimizer"]["name"] == "adam"
    assert kinds["own params"]["optimizer"]["loss_scaling"]["class_name"] == "LossScaleOptimizer"
    at_once = 1 if results["backend"] == "torch" else 2
    assert kinds["own params"]["compile"]["steps_per_execution"] == at_once
    assert kinds["own steps"] == list(range(at_once - 1, 4, at_once))


@pytest.mark.parametrize(
    ("scenario", "library"), [("tuned", "keras_tuner"), ("optimized", "optuna")]
)
def test_trials_of_a_tuner_are_a_group(results, scenario, library):
    trials = results[scenario]
    assert trials["groups"] == ["rates", "rates"]
    assert [tuner["library"] for tuner in trials["tuners"]] == [library] * 2
    assert len({tuner["trial"] for tuner in trials["tuners"]}) == 2
    given = [parameters["rate"] for parameters in trials["hyperparameters"]]
    assert sorted(given) == [0.1, 0.2]
    assert trials["rates"] == given
    assert all(steps == list(range(len(steps))) and steps for steps in trials["steps"])


def test_training_on_several_devices_is_one_run(without_torch):
    distributed = without_torch["distributed"]
    expected = {
        "tensorflow": {"strategy": "MirroredStrategy", "replicas": 2},
        "jax": {"strategy": "DataParallel", "devices": 2},
    }
    assert distributed["params"] == expected[without_torch["backend"]]
    assert distributed["losses"][0] == distributed["losses"][1]
    assert distributed["steps"] == [0, 1, 2, 3]
