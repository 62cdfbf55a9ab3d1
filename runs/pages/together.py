"""Parameters that moved together: where they did, results cannot tell them apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .bins import Binned, Floats
from .effects import Levels, ranks, standardised

TOGETHER = 0.8


def moved_together(columns: Sequence[Binned], levels: Levels) -> list[tuple[str, str, float]]:
    """The pairs of parameters above `TOGETHER`, the closest first.

    The measure is Cramér's V of their levels, corrected for chance, or the size of Spearman's
    correlation of their numbers, whichever is larger.
    """
    measure = np.maximum(associations(levels), correlations(columns))
    first, second = np.nonzero(np.triu(measure > TOGETHER, 1))
    pairs = [
        (columns[one].name, columns[two].name, float(measure[one, two]))
        for one, two in zip(first.tolist(), second.tolist(), strict=True)
    ]
    return sorted(pairs, key=lambda pair: -pair[2])


def associations(levels: Levels) -> Floats:
    """Cramér's V of each pair, with Bergsma's correction, parameters x parameters."""
    runs = len(levels.table)
    seen = (levels.table.T @ levels.table).astype(np.float64)
    expected = np.outer(levels.counts, levels.counts) / runs
    cells = (seen - expected) ** 2 / expected
    squares = np.add.reduceat(np.add.reduceat(cells, levels.starts, 0), levels.starts, 1) / runs
    free = levels.sizes - 1.0
    squares = np.maximum(squares - np.outer(free, free) / (runs - 1), 0)
    sizes = levels.sizes - free**2 / (runs - 1)
    smaller = np.minimum(sizes[:, None], sizes[None, :]) - 1
    return np.asarray(np.sqrt(squares / np.maximum(smaller, 1e-9)), np.float64)


def correlations(columns: Sequence[Binned]) -> Floats:
    """The size of Spearman's correlation of each pair of numbers; 0 where one is no number."""
    rows = [
        standardised(ranks(np.nan_to_num(column.numbers)))
        if column.numbers is not None and not np.isnan(column.numbers).any()
        else np.zeros(len(column.codes))
        for column in columns
    ]
    table = np.array(rows)
    return np.asarray(np.abs(table @ table.T) / table.shape[1], np.float64)
