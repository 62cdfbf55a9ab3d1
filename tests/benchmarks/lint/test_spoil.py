"""What can be wrong with rows, whatever the program."""

import numpy as np
import pytest

from benchmarks.lint.spoil import copied, split, torn, with_nan

X = np.arange(40, dtype="float32").reshape(20, 2)
Y = np.arange(20)


def test_split_keeps_rows_and_their_order() -> None:
    data = split({"a": X, "b": Y}, Y)
    assert [len(data.y), len(data.y_val), len(data.y_test)] == [12, 4, 4]
    assert (np.concatenate([data.x["b"], data.x_val["b"], data.x_test["b"]]) == Y).all()


def test_torn_labels_are_the_same_labels_elsewhere() -> None:
    one, other = torn((Y, Y), seed=1)
    assert (one == other).all()
    assert sorted(one) == sorted(Y)
    assert (one != Y).any()


def test_half_of_the_validation_is_copied_from_the_training() -> None:
    data = split(X, Y)
    changed = copied(data)
    assert len(changed.x_val) == len(data.x_val)
    assert {*changed.y_val} & {*data.y} == {0, 1}
    assert not np.shares_memory(changed.x_val, data.x)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_number_is_missing_in_the_first_row_at_least(share: float) -> None:
    data = split((X, Y), Y)
    floats, whole = with_nan(data, share).x
    assert np.isnan(floats[0]).any()
    assert (whole == data.x[1]).all()
    assert np.isfinite(data.x[0]).all()
