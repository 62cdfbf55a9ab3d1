"""Rows of a program, and what can be wrong with rows whatever the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .program import Choices

Rows = Any  # an array, or a dictionary or tuple of arrays with as many rows each


@dataclass(frozen=True)
class Data:
    """Rows apart from each other: for training, for validation, and for the score alone."""

    x: Rows
    y: Rows
    x_val: Rows
    y_val: Rows
    x_test: Rows
    y_test: Rows


def each(rows: Rows, change: Callable[[np.ndarray], np.ndarray]) -> Rows:
    """Apply a function to each array of some rows."""
    if isinstance(rows, dict):
        return {name: each(part, change) for name, part in rows.items()}
    if isinstance(rows, tuple):
        return tuple(each(part, change) for part in rows)
    return change(rows)


def count(rows: Rows) -> int:
    """The number of rows."""
    while isinstance(rows, dict | tuple):
        rows = next(iter(rows.values())) if isinstance(rows, dict) else rows[0]
    return len(rows)


def split(x: Rows, y: Rows, validation: float = 0.2, test: float = 0.2) -> Data:
    """Cut rows that are in random order: training first, then validation, then test."""
    total = count(x)
    first, second = round(total * (1 - validation - test)), round(total * (1 - test))
    parts = [slice(0, first), slice(first, second), slice(second, total)]
    cut = [each(rows, lambda part, at=at: part[at]) for at in parts for rows in (x, y)]
    return Data(*cut)


def spoiled(data: Data, c: Choices) -> Data:
    """The data with what these choices do wrong in rows; test rows stay as they are."""
    if c.nan_rows:
        data = with_nan(data, c.nan_rows)
    if c.shuffled:
        data = replace(data, y=torn(data.y, seed=1), y_val=torn(data.y_val, seed=2))
    if c.validation == "train":
        data = replace(data, x_val=data.x, y_val=data.y)
    if c.validation == "copied":
        data = copied(data)
    return data


def with_nan(data: Data, share: float) -> Data:
    """One number in some training rows is missing; tokens, being whole numbers, stay."""
    chance = np.random.default_rng(3)

    def change(part: np.ndarray) -> np.ndarray:
        if part.dtype.kind != "f" and part.dtype != "uint8":
            return part
        part = np.array(part, "float32")
        chosen = chance.random(len(part)) < share
        chosen[0] = True
        part.reshape(len(part), -1)[chosen, 0] = np.nan
        return part

    return replace(data, x=each(data.x, change))


def torn(rows: Rows, seed: int) -> Rows:
    """The rows in random order."""
    order = np.random.default_rng(seed).permutation(count(rows))
    return each(rows, lambda part: part[order])


def copied(data: Data) -> Data:
    """Half of the validation rows are copies of training rows."""
    half = count(data.x_val) // 2

    def joined(ours: Rows, theirs: Rows) -> Rows:
        if isinstance(ours, dict):
            return {name: joined(ours[name], theirs[name]) for name in ours}
        if isinstance(ours, tuple):
            return tuple(joined(*pair) for pair in zip(ours, theirs, strict=True))
        return np.concatenate([ours[half:], theirs[:half]])

    return replace(data, x_val=joined(data.x_val, data.x), y_val=joined(data.y_val, data.y))
