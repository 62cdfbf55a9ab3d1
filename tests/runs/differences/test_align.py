"""What belongs together in two sequences, beside the plain table of the textbook."""

from hypothesis import given
from hypothesis import strategies as st

from runs.differences import align
from runs.differences.align import aligned

KEYS = st.lists(st.sampled_from("abcd"), max_size=30)


def longest(one: list[str], other: list[str]) -> int:
    """The length of a longest common subsequence."""
    row = [0] * (len(other) + 1)
    for key in one:
        before = row[:]
        for at, second in enumerate(other, 1):
            row[at] = before[at - 1] + 1 if key == second else max(before[at], row[at - 1])
    return row[-1]


@given(KEYS, KEYS)
def test_the_answer_is_a_longest_one(one: list[str], other: list[str]) -> None:
    pairs = aligned(one, other)
    assert all(one[first] == other[second] for first, second in pairs)
    assert pairs == sorted(pairs)
    assert len({first for first, _ in pairs}) == len({second for _, second in pairs}) == len(pairs)
    assert len(pairs) == longest(one, other)


@given(KEYS, KEYS)
def test_turned_round_it_is_the_same(one: list[str], other: list[str]) -> None:
    assert aligned(other, one) == [(second, first) for first, second in aligned(one, other)]


@given(KEYS, KEYS, st.data())
def test_names_decide_only_between_equal_ones(
    one: list[str], other: list[str], data: st.DataObject
) -> None:
    names = [
        data.draw(st.lists(st.sampled_from("xyz"), min_size=len(part), max_size=len(part)))
        for part in (one, other)
    ]
    pairs = aligned(one, other, (names[0], names[1]))
    assert len(pairs) == longest(one, other)
    assert all(one[first] == other[second] for first, second in pairs)


def test_of_equal_ones_those_with_equal_names_belong_together() -> None:
    assert aligned("DDD", "DD", ("abc", "ac")) == [(0, 0), (2, 1)]
    assert aligned("DDDD", "DD", ("abcd", "bc")) == [(1, 0), (2, 1)]


def test_what_is_too_long_for_a_table_is_cut_where_it_is_certain() -> None:
    one = [str(at) for at in range(12_000)]
    other = [*one[:50], "new", *one[51:6_000], *one[6_100:], "more"]
    assert len(one) * len(other) > align.MOST_CELLS
    pairs = aligned(["x", *one], ["y", *other])
    assert len(pairs) == 12_000 - 101
    assert aligned(["x", *one], ["y", *reversed(one)])[0][0] > 0
    assert len(aligned(["a", "b"] * 10_000, ["b", "c"] * 10_000)) == 0
