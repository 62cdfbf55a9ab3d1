"""What is recorded around a training: seeds, weights, data, code; and what is left out."""

import random
import sys
import threading

import keras
import numpy as np
import pytest

from ahnb_client import AHNBCallback
from ahnb_client.capture.seeds import random_document
from ahnb_client.capture.weights import weights_document
from tests.ahnb_client.keras.conftest import records_of
from tests.ahnb_client.keras.records import Records

pytestmark = pytest.mark.keras


def trained(classifier, rows, *, seed: int = 7, epochs: int = 1, **options: object) -> Records:
    """The record of a short training."""
    callback = AHNBCallback(strict=True, **options)
    model = classifier()
    keras.utils.set_random_seed(seed)
    model.fit(*rows, epochs=epochs, verbose=0, callbacks=[callback])
    for thread in threading.enumerate():
        if thread.name == "ahnb-environment":
            thread.join()
    return records_of(callback.run)


def test_equal_seeds_and_weights_are_known_by_their_hashes(rows, classifier):
    one, same = (trained(classifier, rows) for _ in range(2))
    other = trained(classifier, rows, seed=8, epochs=2)
    begun = [records.last("environment") for records in (one, same, other)]
    ended = [records.last("summary")["weights"]["hash"] for records in (one, same, other)]
    assert begun[0]["seed"] == 7
    assert begun[0]["random"] == begun[1]["random"]
    assert begun[0]["random"]["numpy_state"] != begun[2]["random"]["numpy_state"]
    assert begun[0]["weights"] == begun[1]["weights"] == begun[2]["weights"]
    assert begun[0]["weights"]["is_whole"] is True
    assert ended[0] == ended[1]
    assert len({begun[0]["weights"]["hash"], ended[0], ended[2]}) == 3


def test_looking_at_generators_changes_none_of_them():
    keras.utils.set_random_seed(3)
    random_document("tensorflow")
    drawn = random.random(), np.random.random(), float(keras.random.uniform(()))
    keras.utils.set_random_seed(3)
    assert drawn == (random.random(), np.random.random(), float(keras.random.uniform(())))


def test_determinism_is_told_as_the_back_end_has_it():
    told = random_document("tensorflow")["determinism"]
    assert told["op_determinism"] is False
    assert random_document("no back end")["determinism"] == {}


def test_model_that_is_not_built_says_so(rows, classifier):
    model = classifier(built=False)
    assert weights_document(model) == {
        "hash": None,
        "why": "the model was not built yet",
    }
    callback = AHNBCallback(strict=True)
    model.fit(*rows, verbose=0, callbacks=[callback])
    assert records_of(callback.run).last("summary")["weights"]["hash"]


def test_large_weights_are_sampled_and_small_changes_in_small_ones_are_seen():
    inputs = keras.Input((1500,))
    model = keras.Model(inputs, keras.layers.Dense(1000)(inputs))
    before = weights_document(model)
    assert before["is_whole"] is False
    model.layers[1].bias.assign_add(np.eye(1000, dtype="float32")[17])
    assert weights_document(model)["hash"] != before["hash"]


def test_fingerprints_of_all_that_fit_was_given(rows, classifier):
    data = trained(classifier, rows).last("data")
    assert data["x"]["shape"] == [40, 3]
    assert set(data["fingerprints"]) == {"x", "y"}
    assert data["fingerprints"]["y"]["classes"] == {
        str(k): int(n) for k, n in enumerate(np.bincount(rows[1]))
    }
    callback = AHNBCallback(strict=True)
    classifier().fit(*rows, validation_data=rows, verbose=0, callbacks=[callback])
    found = records_of(callback.run).last("data")["fingerprints"]
    assert found["validation.x"] == found["x"] == data["fingerprints"]["x"]


def test_code_is_recorded_once_with_its_commit(rows, classifier, monkeypatch):
    # A program has some modules of its own; this process also has the whole server's.
    for name in list(sys.modules):
        if name.split(".")[0] in {"runs", "projects", "ahnb_platform"}:
            monkeypatch.delitem(sys.modules, name)
    (code,) = trained(classifier, rows).data_of("code")
    assert code["kind"] == "script"
    assert len(code["git"]["commit"]) == 40
    modules = {module["name"]: module for module in code["modules"]}
    assert "def trained(" in modules[__name__]["source"]


def test_parts_are_left_out_by_argument_and_by_environment(rows, classifier, monkeypatch):
    records = trained(classifier, rows, capture="-code -data -seeds -weights")
    assert records.data_of("code") == []
    assert "fingerprints" not in records.last("data")
    assert {"seed", "random", "weights"}.isdisjoint(records.last("environment"))
    assert "weights" not in records.last("summary")
    monkeypatch.setenv("AHNB_CAPTURE", "-all")
    records = trained(classifier, rows)
    assert records.data_of("code") == []
    assert {"host", "command", "packages", "git"}.isdisjoint(records.last("environment"))
    assert records.last("environment")["keras"] == keras.version()


def test_unknown_part_in_the_environment_is_told(rows, classifier, monkeypatch, capsys):
    monkeypatch.setenv("AHNB_CAPTURE", "-everything")
    assert trained(classifier, rows).data_of("code") == []
    assert "AHNB_CAPTURE: '-everything' is no part of the record" in capsys.readouterr().err
