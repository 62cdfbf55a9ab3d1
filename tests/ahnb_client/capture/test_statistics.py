"""What is counted of arrays, data frames and data sets."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas
import pytest

from ahnb_client.capture.fingerprints import leaves
from ahnb_client.capture.samples import MAX_ROWS, MAX_VALUES
from ahnb_client.capture.statistics import statistics

RANDOM = np.random.default_rng(3)


def counted(x: Any = None, y: Any = None, validation: Any = None) -> dict[str, Any]:
    """The statistics of what a fit is given."""
    return statistics(leaves({"x": x, "y": y, "validation": {"x": validation}}))


def test_numbers_of_an_array():
    rows = np.array([[0, 1], [np.nan, 3], [np.inf, 2]], dtype="float32")
    told = counted(rows)["x"]
    assert told["shape"] == [3, 2]
    assert (told["dtype"], told["rows"]) == ("float32", 3)
    assert (told["nan"], told["infinite"]) == (1, 1)
    assert (told["min"], told["max"], told["mean"]) == (0, 3, 1.5)


def test_few_rows_of_a_long_array_are_looked_at():
    told = counted(np.arange(1_000_000))["x"]
    assert told["shape"] == [1_000_000]
    assert told["rows"] == MAX_ROWS
    assert (told["min"], told["max"]) == (0, 999_999)


def test_few_rows_of_a_wide_array_are_looked_at():
    told = counted(np.zeros((500, 1_000), "uint8"))["x"]
    assert told["rows"] * 1_000 <= MAX_VALUES


def test_labels_have_classes_and_an_order():
    labels = np.repeat([0, 1, 7], 5)
    told = counted(y=labels)["y"]
    assert told["classes"] == {"0": 5, "1": 5, "7": 5}
    assert (told["whole"], told["sorted"]) == (True, True)
    assert counted(y=RANDOM.permutation(labels))["y"]["sorted"] is False


def test_one_hot_labels_are_told_from_probabilities():
    one_hot = np.eye(3)[[0, 2, 1, 2]]
    told = counted(y=one_hot)["y"]
    assert (told["one_hot"], told["sums_to_one"]) == (True, True)
    assert told["classes"] == {"0": 1, "1": 1, "2": 2}
    soft = counted(y=np.full((4, 4), 0.25))["y"]
    assert (soft["one_hot"], soft["sums_to_one"]) == (False, True)
    several = counted(y=np.array([[1, 1, 0], [0, 0, 0]]))["y"]
    assert (several["one_hot"], several["sums_to_one"]) == (False, False)


def test_real_targets_have_no_classes():
    assert "classes" not in counted(y=RANDOM.random(50))["y"]
    assert "classes" not in counted(y=np.arange(4_000))["y"]


def test_columns_of_a_table_are_compared():
    table = np.stack([np.arange(10.0), np.arange(10.0) * 1e4, np.ones(10)], axis=1)
    told = counted(table)["x"]
    assert (told["features"], told["constant_features"]) == (3, 1)
    assert told["feature_std_ratio"] == pytest.approx(1e4)


def test_data_frame_is_looked_at_like_an_array():
    frame = pandas.DataFrame({"a": [1, 2, 3], "b": [0.5, 0.5, 0.5]})
    told = counted(frame, pandas.Series([0, 1, 0]))
    assert told["x"]["shape"] == [3, 2]
    assert told["x"]["constant_features"] == 1
    assert told["y"]["classes"] == {"0": 2, "1": 1}


def test_texts_leave_nothing_but_their_form():
    told = counted(np.array(["secret", "word"]))["x"]
    assert told["shape"] == [2]
    assert "secret" not in str(told)
    frame = pandas.DataFrame({"name": ["alice"], "n": [1]})
    assert "alice" not in str(counted(frame))


def test_rows_that_are_also_validated_with_are_counted():
    rows = RANDOM.random((100, 4))
    told = counted(rows, validation=np.concatenate([rows[:7], RANDOM.random((13, 4))]))
    assert told["validation.x"]["shared_rows"] == 7
    assert told["validation.x"]["compared_rows"] == 20
    assert told["validation.x"]["same_memory"] is False


def test_the_same_rows_in_memory_are_seen():
    rows = RANDOM.random((100, 4))
    assert counted(rows, validation=rows[50:])["validation.x"]["same_memory"] is True
    assert counted(rows[:50], validation=rows[50:])["validation.x"]["same_memory"] is False
    assert counted(rows[::2], validation=rows[1::2])["validation.x"]["same_memory"] is False


def test_empty_rows_are_no_sign_of_a_leak():
    told = counted(np.zeros((10, 4)), validation=np.zeros((5, 4)))
    assert told["validation.x"]["shared_rows"] == 0


def test_repeated_rows_of_the_training_are_counted():
    rows = RANDOM.random((30, 4))
    assert counted(np.concatenate([rows, rows[:4]]))["x"]["repeated_rows"] == 4


def test_parts_of_several_inputs_are_named():
    told = counted({"left": np.zeros((2, 3)), "right": np.zeros((2, 4))}, [np.zeros(2)])
    assert set(told) == {"x.left", "x.right", "y.0"}


def test_generator_is_not_touched():
    taken: list[int] = []

    def batches() -> Iterator[Any]:
        taken.append(1)
        yield np.zeros((2, 3)), np.zeros(2)

    assert counted(batches()) == {}
    assert not taken


class Touchy:
    """A person's class that must not be asked for rows."""

    shape = (10, 2)
    dtype = np.dtype("float32")

    def __getitem__(self, index: Any) -> Any:
        raise AssertionError("asked for rows")

    def __len__(self) -> int:
        raise AssertionError("asked for its length")


def test_own_class_is_not_asked():
    assert counted(Touchy()) == {}


@pytest.mark.keras
def test_data_set_is_told_by_the_tensors_that_it_begins_with():
    tensorflow = pytest.importorskip("tensorflow")
    rows = {"b": np.full((20, 3), 2.0), "a": np.ones((20, 2))}
    made = tensorflow.data.Dataset.from_tensor_slices((rows, np.arange(20) % 4))
    told = counted(made.shuffle(20).batch(5).prefetch(1))
    assert set(told) == {"x.a", "x.b", "y"}
    assert told["x.a"]["shape"] == [20, 2]
    assert told["x.b"]["max"] == 2
    assert told["y"]["classes"] == {"0": 5, "1": 5, "2": 5, "3": 5}
    assert "raw" not in told["x.a"]
    assert told["y"]["shuffled"] is True
    assert counted(made.batch(5))["y"]["shuffled"] is False
    changed = made.map(lambda x, y: (x, y)).batch(5)
    assert counted(changed)["x.a"]["raw"] is True


@pytest.mark.keras
def test_parts_of_one_data_set_are_not_taken_for_shared():
    tensorflow = pytest.importorskip("tensorflow")
    made = tensorflow.data.Dataset.from_tensor_slices((RANDOM.random((20, 3)), np.zeros(20)))
    told = counted(made.skip(5).batch(5), validation=made.take(5).batch(5))
    assert "shared_rows" not in told["validation.x"]
