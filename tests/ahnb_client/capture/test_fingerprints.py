"""What is told of data: of arrays, structures, data frames, sets and generators."""

import numpy as np
import pandas as pd
import pytest

from ahnb_client.capture.fingerprints import fingerprint, leaves

ROWS = np.array([[1.0, 2.0], [3.0, np.nan], [5.0, np.inf]], dtype="float32")


def test_range_mean_and_odd_values_of_an_array():
    told = fingerprint(ROWS)
    assert {key: told[key] for key in told if key != "hash"} == {
        "nan": 1,
        "infinite": 1,
        "min": 1.0,
        "max": 5.0,
        "mean": 2.75,
        "values": 6,
    }


def test_array_without_a_finite_value_has_no_range():
    told = fingerprint(np.full(3, np.nan))
    assert (told["nan"], "min" in told) == (3, False)
    assert "min" not in fingerprint(np.zeros((0, 3)))
    assert fingerprint(np.array(7.0)) == {}


def test_hash_tells_other_values_types_and_shapes_apart():
    one = np.arange(6000.0).reshape(3000, 2)
    others = [one + 1, one.astype("float32"), one[:-1], one.reshape(2, 3000), one[::-1]]
    hashes = {fingerprint(data)["hash"] for data in [one, *others]}
    assert len(hashes) == 6
    assert fingerprint(one.copy())["hash"] == fingerprint(np.asfortranarray(one))["hash"]


def test_large_array_is_looked_at_in_rows_that_are_spread_evenly():
    large = np.arange(5_000_000, dtype="int32").reshape(-1, 2)
    told = fingerprint(large)
    assert (told["min"], told["max"]) == (0, 4_999_999)
    assert told["values"] == 1_000_000
    assert told["mean"] == pytest.approx(2_499_999.5, rel=1e-3)


@pytest.mark.parametrize(
    "target",
    [
        np.array([0, 2, 2, 0, 2]),
        np.array([0, 2, 2, 0, 2], dtype="float32"),
        np.array([[0], [2], [2], [0], [2]], dtype="uint8"),
    ],
)
def test_classes_of_labels_are_counted(target):
    assert fingerprint(target, is_target=True)["classes"] == {"0": 2, "2": 3}


def test_classes_of_one_hot_rows_are_counted():
    told = fingerprint(np.eye(3)[[0, 2, 2, 0, 2]], is_target=True)
    assert told["classes"] == {"0": 2, "1": 0, "2": 3}


@pytest.mark.parametrize(
    "target",
    [
        np.array([0.5, 1.0]),
        np.array([-1, 1]),
        np.array([0, 5000]),
        np.ones((4, 3)),
        np.ones((4, 3, 2)),
    ],
)
def test_target_without_classes_has_none(target):
    assert "classes" not in fingerprint(target, is_target=True)


def test_data_frame_is_told_by_column():
    frame = pd.DataFrame({"age": [30, 40], "income": [1.5, np.nan], "town": ["Ulm", "Bonn"]})
    told = fingerprint(frame)
    assert set(told["columns"]) == {"age", "income"}
    assert (told["columns"]["age"]["max"], told["columns"]["income"]["nan"]) == (40, 1)
    assert told["hash"] != fingerprint(frame.assign(town=["Ulm", "Jena"]))["hash"]
    series = fingerprint(pd.Series([0, 1, 1]), is_target=True)
    assert series["classes"] == {"0": 1, "1": 2}


def test_texts_and_objects_have_a_hash_alone():
    assert set(fingerprint(np.array(["a", "b"]))) == {"hash"}
    assert set(fingerprint(np.array([{"a": 1}, None]))) == {"hash"}


def test_generator_is_not_consumed():
    numbers = iter([1, 2, 3])
    assert fingerprint(numbers) == {}
    assert list(numbers) == [1, 2, 3]


def test_structures_are_taken_apart_by_their_paths():
    left, right, target = np.zeros(2), np.ones(2), [1, 2]
    parts = {"x": {"left": left, "right": right}, "y": (target, None), "validation": {"x": left}}
    assert [path for path, _ in leaves(parts)] == ["x.left", "x.right", "y.0", "validation.x"]
    assert leaves(None) == []


def test_odd_data_is_no_failure():
    class Odd:
        shape = (3,)
        dtype = "odd"

        def __array__(self, *args: object, **kwargs: object) -> None:
            raise OSError("no")

    assert fingerprint(Odd()) == {}
    assert fingerprint([[1, 2], [3]]) == {}


@pytest.mark.keras
def test_tensors_and_files_that_a_data_set_begins_with(tmp_path):
    tf = pytest.importorskip("tensorflow")
    data = tf.data.Dataset.from_tensor_slices((ROWS, [0, 1, 1])).shuffle(3).batch(2).prefetch(1)
    rows, classes = fingerprint(data)["tensors"]
    assert (rows["max"], classes["values"]) == (5.0, 3)
    assert rows["hash"] == fingerprint(ROWS)["hash"]
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo\n")
    lines = tf.data.TextLineDataset([str(path), "/nowhere"]).map(tf.strings.length)
    known, unknown = fingerprint(lines)["files"]
    assert (known["path"], known["bytes"]) == (str(path), 8)
    assert unknown == {"path": "/nowhere"}
    made = tf.data.Dataset.from_generator(
        lambda: iter(()), output_signature=tf.TensorSpec(shape=(), dtype=tf.int32)
    )
    assert fingerprint(made) == {}
    assert fingerprint(tf.constant(ROWS))["hash"] == fingerprint(ROWS)["hash"]
