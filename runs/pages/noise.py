"""Whether two sets of results differ by more than their seeds do (`docs/statistics.md`).

Pure functions of numbers; results that are not finite must have been left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

MOST_SPLITS = 20_000
SEED = 20_260_501
# A difference whose p is larger is not told from chance.
SIGNIFICANT = 0.05
# Of what is computed in another order, so much counts as equal.
TOLERANCE = 1e-9
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tested:
    """What a permutation test found.

    Attributes:
        p: two-sided, above 0 and at most 1.
        smallest: the smallest p that so few results could give.
        splits: how many ways to deal the results were looked at.
        is_exact: whether these were all.
    """

    p: float
    smallest: float
    splits: int
    is_exact: bool


@dataclass(frozen=True)
class Share:
    """How many of `pairs` repeats differ at least as much as the two that are compared."""

    larger: int
    pairs: int
    configurations: int
    runs: int


def permutation_test(first: Sequence[float], second: Sequence[float]) -> Tested:
    """Fisher's permutation test on the difference of means, two-sided.

    Up to `MOST_SPLITS` ways to deal the results to groups of these sizes are all looked at; of
    more, as many are drawn with a fixed seed, and the given one counts as one of them, so that p
    is never 0 (Phipson and Smyth 2010).

    Raises:
        ValueError: a group is empty.
    """
    if not len(first) or not len(second):
        raise ValueError("both groups need a result")
    small, large = sorted((first, second), key=len)
    values = _scaled(np.array([*small, *large], float))
    size, count = len(small), len(values)
    is_exact = comb(count, size) <= MOST_SPLITS
    dealt = _all_splits(count, size) if is_exact else _drawn_splits(count, size)
    given = _difference(values[:size].sum(), values, size)
    as_far = int((_difference(dealt @ values, values, size) >= given - TOLERANCE).sum())
    splits = len(dealt)
    p = as_far / splits if is_exact else (as_far + 1) / (splits + 1)
    return Tested(p, smallest_p(len(first), len(second)), splits, is_exact)


def smallest_p(first: int, second: int) -> float:
    """The smallest two-sided p that groups of these sizes can give in `permutation_test`.

    Of equal sizes every split has a mirror image that differs as much.
    """
    splits = comb(first + second, first)
    if splits > MOST_SPLITS:
        return 1 / (MOST_SPLITS + 1)
    return (2 if first == second else 1) / splits


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's (1979) adjusted p of each of several tests, in their order."""
    adjusted = [1.0] * len(chances)
    reached = 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        reached = max(reached, min((len(chances) - rank) * chances[place], 1.0))
        adjusted[place] = reached
    return adjusted


def share_of_repeats(difference: float, groups: Iterable[Sequence[float]]) -> Share:
    """How many pairs of repeats, over all configurations, differ at least by `difference`."""
    repeated = [np.array(group, float) for group in groups if len(group) > 1]
    apart = [_apart(group) for group in repeated]
    pairs = np.concatenate(apart) if apart else np.empty(0)
    size = max([abs(difference), *(float(np.abs(group).max()) for group in repeated)])
    larger = int((pairs >= abs(difference) - TOLERANCE * size).sum())
    return Share(larger, len(pairs), len(repeated), sum(len(group) for group in repeated))


def _apart(group: Floats) -> Floats:
    """How far each two of a group are apart."""
    one, other = np.triu_indices(len(group), 1)
    # Halved first: the difference of two huge numbers must stay a number.
    found: Floats = np.minimum(np.abs(group[one] / 2 - group[other] / 2), 8e307) * 2
    return found


def _scaled(values: Floats) -> Floats:
    """Moved and stretched into -1 … 1, which changes no p and cannot overflow."""
    values = values / (np.abs(values).max() or 1.0)
    values = values - values.mean()
    return values / (np.abs(values).max() or 1.0)


def _difference(sums: Floats, values: Floats, size: int) -> Floats:
    """The size of the difference of means where groups of `size` have these sums."""
    return np.abs(sums / size - (values.sum() - sums) / (len(values) - size))


@lru_cache(maxsize=4)
def _all_splits(count: int, size: int) -> NDArray[np.float32]:
    """One row a split, 1 for what is in the first group. Shape: (splits, count)."""
    chosen = np.array(list(combinations(range(count), size)))
    return _marked(chosen, count)


@lru_cache(maxsize=4)
def _drawn_splits(count: int, size: int) -> NDArray[np.float32]:
    order = np.random.default_rng(SEED).random((MOST_SPLITS, count), dtype=np.float32)
    return _marked(np.argpartition(order, size - 1, axis=1)[:, :size], count)


def _marked(chosen: NDArray[np.intp], count: int) -> NDArray[np.float32]:
    marks = np.zeros((len(chosen), count), np.float32)
    np.put_along_axis(marks, chosen, 1, axis=1)
    return marks
