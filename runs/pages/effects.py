"""How the results of runs go with their parameters: shares of variance of ranks, and chance.

`docs/importance.md` says what each number means, and where the formulas come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bins import Binned, Floats

PERMUTATIONS = 399
CHANCE = 0.05
SECOND_LOOK = 2
# A ridge of one run's weight keeps the additive model solvable where parameters move together.
RIDGE = 1.0
# The additive model has at most one free number for so many runs.
RUNS_A_FREEDOM = 3


@dataclass(frozen=True)
class Levels:
    """Several parameters side by side.

    Attributes:
        table: runs x all levels of all parameters, 1 where a run has a level.
        starts: for each parameter the column where its levels begin.
        sizes: how many levels each has.
        counts: how many runs have each level.
    """

    table: NDArray[np.float32]
    starts: NDArray[np.intp]
    sizes: NDArray[np.intp]
    counts: Floats

    def part(self, place: int) -> slice:
        """The columns of one parameter."""
        return slice(int(self.starts[place]), int(self.starts[place] + self.sizes[place]))


def levels_of(columns: Sequence[Binned]) -> Levels:
    """The parameters as one table of zeros and ones."""
    sizes = np.array([len(column.labels) for column in columns], np.intp)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
    runs = len(columns[0].codes)
    table = np.zeros((runs, int(sizes.sum())), np.float32)
    for column, start in zip(columns, starts, strict=True):
        table[np.arange(runs), start + column.codes] = 1
    return Levels(table, starts, sizes, table.sum(axis=0).astype(np.float64))


def ranks(values: Floats) -> Floats:
    """Ranks from 1 on; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places], np.float64)


def standardised(values: Floats) -> Floats:
    """`values` with mean 0 and variance 1; zeros where all are equal."""
    centred = values - values.mean()
    spread = centred.std()
    return np.asarray(centred / spread if spread else centred, np.float64)


def ratios(levels: Levels, results: Floats) -> Floats:
    """The correlation ratio of each parameter: the share of variance between its levels.

    Args:
        results: standardised, of one set of runs or of many (sets x runs).
    """
    sums = results.astype(np.float32) @ levels.table
    between = np.add.reduceat(sums.astype(np.float64) ** 2 / levels.counts, levels.starts, axis=-1)
    return np.asarray(between / results.shape[-1], np.float64)


def corrected(shares: Floats, sizes: NDArray[np.intp], runs: int) -> Floats:
    """Epsilon squared: correlation ratios less what chance gives, not below 0."""
    # With as many levels as runs nothing is left to tell chance by.
    left = np.maximum(runs - sizes, 1)
    found = np.maximum(1 - (1 - shares) * (runs - 1) / left, 0)
    return np.where(runs > sizes, found, 0)


def chances(levels: Levels, results: Floats) -> Floats:
    """For each parameter, how often chance alone makes any parameter stand out as much.

    Where some stand out, the others are looked at once more in what these leave unexplained, since
    a strong parameter hides a weaker one. What the second look finds counts double (Bonferroni).
    """
    found = _chances(levels, results)
    known = found <= CHANCE
    if not known.any() or known.all():
        return found
    again = _chances(levels, standardised(_unexplained(levels, results, known)))
    return np.where(known, found, np.minimum(found, np.minimum(SECOND_LOOK * again, 1)))


def _chances(levels: Levels, results: Floats) -> Floats:
    """One round: results are dealt anew to the runs.

    What counts is the largest standardised ratio of all parameters (Westfall and Young), so that
    many parameters make no false finding likelier.
    """
    draws = np.random.default_rng(0).permuted(np.tile(results, (PERMUTATIONS, 1)), axis=1)
    drawn = ratios(levels, draws)
    mean, spread = drawn.mean(axis=0), np.maximum(drawn.std(axis=0), 1e-12)
    largest = ((drawn - mean) / spread).max(axis=1)
    beaten = largest[:, None] >= (ratios(levels, results) - mean) / spread
    return np.asarray((1 + beaten.sum(axis=0)) / (PERMUTATIONS + 1), np.float64)


def _unexplained(levels: Levels, results: Floats, known: NDArray[np.bool_]) -> Floats:
    """The results less what the known parameters' levels explain together."""
    table = levels.table[:, np.repeat(known, levels.sizes)].astype(np.float64)
    weights = np.linalg.lstsq(table, results, rcond=None)[0]
    return np.asarray(results - table @ weights, np.float64)


def shares_beside(levels: Levels, results: Floats, alone: Floats) -> list[float | None]:
    """What each parameter explains that the others do not, as a share of all variance.

    An additive model of levels is fitted once; how much worse it were without a parameter follows
    from the inverse of its normal equations. Only as many parameters take part, the strongest
    first, as the runs allow; None for the others.
    """
    chosen = _affordable(levels, alone, len(results))
    found: list[float | None] = [None] * len(alone)
    if len(chosen) < 2:
        return found
    parts = [np.arange(levels.part(place).start, levels.part(place).stop) for place in chosen]
    ends = np.cumsum([len(part) for part in parts])
    table = levels.table[:, np.concatenate(parts)].astype(np.float64)
    table -= table.mean(axis=0)
    inverse = np.linalg.inv(table.T @ table + RIDGE * np.eye(table.shape[1]))
    weights = inverse @ (table.T @ results)
    freedom = table.shape[1] - RIDGE * np.trace(inverse)
    left = len(results) - 1 - freedom
    noise = ((results - table @ weights) ** 2).sum() / left
    for place, end, part in zip(chosen, ends, parts, strict=True):
        block = slice(end - len(part), end)
        worse = weights[block] @ np.linalg.solve(inverse[block, block], weights[block])
        found[place] = max(0.0, float((worse - (len(part) - 1) * noise) / len(results)))
    return found


def _affordable(levels: Levels, alone: Floats, runs: int) -> list[int]:
    room = runs / RUNS_A_FREEDOM
    chosen = []
    for place in np.argsort(-alone, kind="stable").tolist():
        need = int(levels.sizes[place]) - 1
        if need <= room:
            chosen.append(place)
            room -= need
    return sorted(chosen)
