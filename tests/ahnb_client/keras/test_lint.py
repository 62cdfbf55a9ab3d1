"""What is found while Keras trains, and what becomes of it."""

import copy
import time
from typing import Any

import keras
import numpy as np
import pytest

import ahnb_client
from ahnb_client import AHNBCallback
from ahnb_client.errors import LintError
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


def test_facts_hold_model_arguments_data_and_curves(sums):
    callback = AHNBCallback(strict=True)
    regression().fit(*sums, epochs=2, batch_size=10, verbose=0, callbacks=[callback])
    facts = callback._training.linter.document
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
    told = callback._training.linter.document["curves"]["batch"]["loss"]
    assert told["steps"] == list(range(20))
    assert told["values"] == [point.value for point in recorded[:20]]


def test_model_that_is_built_by_its_first_batch_is_known_afterwards(sums):
    callback = AHNBCallback(strict=True)
    regression(built=False).fit(*sums, verbose=0, callbacks=[callback])
    assert callback._training.linter.document["model"]["built"] is True


def test_second_fit_goes_on_with_the_facts(sums):
    callback, model = AHNBCallback(strict=True), regression()
    for _ in range(2):
        model.fit(*sums, verbose=0, callbacks=[callback])
    assert callback._training.linter.document["curves"]["epoch"]["loss"]["steps"] == [0, 1]


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


def test_loss_that_is_no_number_is_told_once_and_recorded(sums, capsys):
    callback = AHNBCallback(strict=True)
    regression(rate=1e20).fit(*sums, epochs=4, batch_size=10, verbose=0, callbacks=[callback])
    assert "D01" in [finding.id for finding in callback.findings]
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("ahnb: D01")]
    assert len(said) == 1
    assert "Fix: " in said[0]
    (event,) = [one for one in records_of(callback.run).data_of("finding") if one["id"] == "D01"]
    assert event["where"]["metric"] == "loss"
    assert event["rules_version"]


def test_off_looks_for_nothing(sums, capsys):
    callback = AHNBCallback(lint="off", strict=True)
    regression(rate=1e20).fit(*sums, epochs=2, verbose=0, callbacks=[callback])
    assert callback.findings == []
    assert records_of(callback.run).data_of("finding") == []
    assert "D01" not in capsys.readouterr().err


def test_ignored_rule_is_not_looked_at(sums):
    callback = AHNBCallback(lint_ignore=["D01"], strict=True)
    regression(rate=1e20).fit(*sums, epochs=3, verbose=0, callbacks=[callback])
    assert "D01" not in [finding.id for finding in callback.findings]


def test_raise_stops_a_training_whose_loss_is_no_number_within_the_epoch(sums):
    callback = AHNBCallback(lint="raise", strict=True)
    with pytest.raises(LintError, match="D01") as raised:
        regression(rate=1e20).fit(*sums, batch_size=4, verbose=0, callbacks=[callback])
    assert [finding.id for finding in raised.value.findings] == ["D01"]
    records = records_of(callback.run)
    assert records.last("status")["status"] == "failed"
    assert len(records.steps("batch/loss")) < 10


def test_raise_without_batches_stops_at_the_end_of_the_epoch(sums):
    callback = AHNBCallback(lint="raise", log_batches=False)
    with pytest.raises(LintError, match="D01"):
        regression(rate=1e20).fit(*sums, epochs=9, batch_size=4, verbose=0, callbacks=[callback])
    assert records_of(callback.run).steps("loss") == [0]


def test_raise_lets_a_sound_training_be(sums):
    callback = AHNBCallback(lint="raise", strict=True)
    fitted = regression().fit(*sums, epochs=2, verbose=0, callbacks=[callback])
    assert len(fitted.history["loss"]) == 2


def test_what_became_of_the_weights_is_recorded(sums):
    callback = AHNBCallback(strict=True)
    model = regression()
    model.layers[0].trainable = False
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(*sums, epochs=5, verbose=0, callbacks=[callback])
    (weights,) = records_of(callback.run).data_of("weights")
    (learned,) = weights["layers"].values()
    assert learned["epoch"] == [0, 1, 2, 3]
    assert all(update > 0 for update in learned["update"])


def test_dead_units_are_seen_in_the_weights(sums):
    keras.utils.set_random_seed(3)
    first = keras.layers.Dense(4, activation="relu")
    negative = keras.initializers.Constant(-1)
    second = keras.layers.Dense(4, activation="relu", kernel_initializer=negative)
    model = keras.Sequential([keras.Input((3,)), first, second, keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    callback = AHNBCallback(strict=True)
    model.fit(*sums, epochs=2, verbose=0, callbacks=[callback])
    assert ("D09", second.name) in [(one.id, one.where.get("layer")) for one in callback.findings]


@pytest.mark.parametrize("kind", ["tf.data", "PyDataset", "generator"])
def test_timed_data_is_the_same_data_and_tells_how_long_was_waited(sums, kind):
    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> Any:
            time.sleep(0.005)  # long enough to be seen beside the building of the step
            return sums[0][index * 10 :][:10], sums[1][index * 10 :][:10]

    def source() -> Any:
        if kind == "tf.data":
            import tensorflow

            return tensorflow.data.Dataset.from_tensor_slices(sums).batch(10)
        made = Batches()
        return made if kind == "PyDataset" else (made[index % 4] for index in range(12))

    def trained(data: Any, callbacks: list[Any]) -> Any:
        model = regression()
        return model.fit(
            data, epochs=2, steps_per_epoch=4, shuffle=False, verbose=0, callbacks=callbacks
        ).history["loss"]

    callback = AHNBCallback(strict=True)
    assert trained(ahnb_client.timed(source()), [callback]) == trained(source(), [])
    assert 0 < records_of(callback.run).last("summary")["run"]["data_wait"] < 1


def test_arrays_need_no_timing(sums):
    assert ahnb_client.timed(sums[0]) is sums[0]
    assert ahnb_client.timed(None) is None


def test_relu_units_below_zero_for_every_row_are_dead(sums):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(8, activation="relu", bias_initializer="ones"),
            keras.layers.Dense(4, activation="relu", bias_initializer=_far_below),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", run_eagerly=True)
    callback = AHNBCallback(strict=True)
    model.fit(*sums, epochs=3, verbose=0, callbacks=[callback])
    dead = [one for one in callback.findings if one.id == "D09"]
    assert model.layers[1].name in {one.where["layer"] for one in dead}
    assert "100% of the units" in dead[0].text


def _far_below(shape: Any, dtype: Any = None) -> Any:
    return keras.ops.full(shape, -50.0, dtype=dtype)


def test_an_error_is_raised_with_each_finding_once(sums):
    callback = AHNBCallback(lint="raise", strict=True)
    with pytest.raises(LintError) as raised:
        regression(rate=1e30).fit(*sums, epochs=3, verbose=0, callbacks=[callback])
    told = [str(one) for one in raised.value.findings]
    assert len(told) == len(set(told))
