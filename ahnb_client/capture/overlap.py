"""Rows that are there twice: within the training data, or in training and validation."""

import contextlib
from typing import Any

_SEED = 20_061
_WORD = 8
_MAX_WORK = 10_000


def repeated_rows(rows: Any) -> int | None:
    """Return how many rows are equal to an earlier one; None where rows cannot be compared."""
    import numpy

    hashes = _hashes(rows)
    return None if hashes is None else int(len(hashes) - len(numpy.unique(hashes)))


def shared_rows(training: Any, validation: Any) -> int | None:
    """Return how many rows of `validation` are also in `training`, byte by byte.

    Rows that do not differ within themselves, as padding, tell nothing and do not count.
    """
    import numpy

    if training.dtype != validation.dtype or training.shape[1:] != validation.shape[1:]:
        return None
    hashes, known = _hashes(validation), _hashes(training)
    if hashes is None or known is None:
        return None
    candidates = numpy.flatnonzero(numpy.isin(hashes, known))
    if not len(candidates):
        return 0
    there = {row.tobytes() for row in training[numpy.isin(known, hashes)]}
    return sum(_tells(validation[at]) and validation[at].tobytes() in there for at in candidates)


def same_memory(training: Any, validation: Any) -> bool | None:
    """Return whether two arrays have values in common in memory; None if that cannot be told."""
    import numpy

    if training is validation:
        return True
    if not (isinstance(training, numpy.ndarray) and isinstance(validation, numpy.ndarray)):
        return None
    with contextlib.suppress(Exception):  # too hard to tell
        return bool(numpy.shares_memory(training, validation, max_work=_MAX_WORK))  # type: ignore[arg-type]
    return None


def _tells(row: Any) -> bool:
    return bool(row.size > 1 and (row != row.flat[0]).any())


def _hashes(rows: Any) -> Any:
    """A number for each row, the same for the same bytes: words times random odd numbers."""
    import numpy

    if rows.dtype.hasobject or rows.ndim < 2 or not rows.size:
        return None
    table = numpy.ascontiguousarray(rows).reshape(len(rows), -1).view("uint8")
    spare = -table.shape[1] % _WORD
    words = numpy.pad(table, ((0, 0), (0, spare))).view("uint64")
    generator = numpy.random.Generator(numpy.random.PCG64(_SEED))
    odd = generator.integers(0, 1 << 63, words.shape[1], dtype="uint64") * 2 + 1
    mixed = (words ^ (words >> 29)) * odd
    return (mixed ^ (mixed >> 31)).sum(axis=1, dtype="uint64")
