"""The statistics against cases counted by hand, and what must hold for any results."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.pages.noise import (
    MOST_SPLITS,
    holm,
    permutation_test,
    share_of_repeats,
    smallest_p,
)

GROUPS = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=5)


def test_two_against_two_that_are_far_apart_can_reach_a_third_at_best() -> None:
    # Of the six splits {1,2} and {3,4} lie furthest apart, once each way.
    found = permutation_test([1.0, 2.0], [3.0, 4.0])
    assert found.p == pytest.approx(2 / 6)
    assert found.smallest == pytest.approx(2 / 6)
    assert (found.splits, found.is_exact) == (6, True)


def test_three_against_two_by_hand() -> None:
    # Of ten splits of 1, 2, 3, 4, 10 into two and three: {4, 10} has mean 7 against 2; none else
    # is 5 apart, nor is the mirror a split of these sizes.
    found = permutation_test([1.0, 2.0, 3.0], [4.0, 10.0])
    assert found.p == pytest.approx(1 / 10)
    assert smallest_p(3, 2) == pytest.approx(1 / 10)


def test_a_difference_in_the_middle_by_hand() -> None:
    # Sums of pairs of 1, 3, 2, 4: 4 3 5 5 6 7 from the half 5: 1 2 0 0 1 2; given is 1.
    assert permutation_test([1.0, 3.0], [2.0, 4.0]).p == pytest.approx(4 / 6)


def test_equal_results_differ_by_chance_alone() -> None:
    assert permutation_test([0.5] * 3, [0.5] * 4).p == 1.0


def test_many_results_are_dealt_at_random_and_alike_at_every_look() -> None:
    chance = np.random.default_rng(3)
    one, two = chance.normal(0, 1, 12).tolist(), chance.normal(3, 1, 14).tolist()
    assert comb(26, 12) > MOST_SPLITS
    found = permutation_test(one, two)
    assert (found.splits, found.is_exact) == (MOST_SPLITS, False)
    assert found.p == found.smallest == 1 / (MOST_SPLITS + 1)
    assert permutation_test(one, two) == found


def test_drawn_splits_agree_with_all_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = [1.0, 2.0, 4.0, 7.0, 8.0], [3.0, 6.0, 9.0, 10.0, 11.0, 12.0]
    exact = permutation_test(one, two)
    monkeypatch.setattr("runs.pages.noise.MOST_SPLITS", 400)
    drawn = permutation_test(one, two)
    assert (exact.is_exact, drawn.is_exact) == (True, False)
    assert drawn.p == pytest.approx(exact.p, abs=0.06)


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(ValueError, match="both groups"):
        permutation_test([], [1.0])


def test_huge_and_tiny_results_stay_numbers() -> None:
    assert permutation_test([-1.7e308, -1.6e308], [1.7e308, 1.6e308]).p == pytest.approx(2 / 6)
    assert permutation_test([5e-324, 5e-324], [0.0, 0.0]).p == pytest.approx(2 / 6)
    assert share_of_repeats(1.0, [[-1.7e308, 1.7e308]]).larger == 1


@given(GROUPS, GROUPS)
def test_p_lies_between_the_smallest_and_one(one: list[float], two: list[float]) -> None:
    found = permutation_test(one, two)
    assert 0 < found.smallest <= found.p + 1e-12
    assert found.p <= 1


@given(GROUPS, GROUPS)
def test_the_order_of_the_groups_does_not_matter(one: list[float], two: list[float]) -> None:
    assert permutation_test(one, two) == permutation_test(two, one)


@given(GROUPS, GROUPS, st.integers(-10_000, 10_000), st.integers(1, 1000))
def test_shift_and_unit_do_not_matter(
    one: list[float], two: list[float], shift: int, unit: int
) -> None:
    moved = [[(value + shift) * unit for value in group] for group in (one, two)]
    assert permutation_test(*moved) == permutation_test(one, two)


def test_without_a_difference_no_more_than_one_in_twenty_is_called_one() -> None:
    chance = np.random.default_rng(11)
    found = [
        permutation_test(chance.normal(size=4).tolist(), chance.normal(size=5).tolist()).p
        for _ in range(2_000)
    ]
    # The share has a standard error of 0.005.
    assert np.mean(np.array(found) <= 0.05) <= 0.05 + 0.015
    assert np.mean(np.array(found) <= 0.05) >= 0.02
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


def test_holm_by_hand() -> None:
    # 0.01 × 4, 0.02 × 3, 0.03 × 2 is less than what came before, 0.5 × 1.
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@settings(max_examples=50)
@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=10))
def test_holm_keeps_the_order_and_makes_nothing_smaller(chances: list[float]) -> None:
    adjusted = holm(chances)
    assert all(1 >= after >= before for before, after in zip(chances, adjusted, strict=True))
    places = sorted(range(len(chances)), key=chances.__getitem__)
    assert sorted(adjusted) == [adjusted[place] for place in places]


def test_the_share_of_repeats_by_hand() -> None:
    # Pairs: 1, 3, 2 of the first group, 4 of the second; the third has one run.
    share = share_of_repeats(-2.0, [[0.0, 1.0, 3.0], [5.0, 9.0], [7.0]])
    assert (share.larger, share.pairs) == (3, 4)
    assert (share.configurations, share.runs) == (2, 5)
    assert share_of_repeats(1.0, [[1.0]]).pairs == 0
