"""Small grey images of a disc, a square or a cross, made from a seed."""

from __future__ import annotations

import numpy as np

SIZE = 16


def masks(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the shape is, as bool (count, 16, 16), and which of the three it is."""
    chance = np.random.default_rng(seed)
    label = chance.integers(0, 3, count)
    radius = chance.uniform(3, 5, count)[:, None, None]
    centre = chance.uniform(5.5, 9.5, (2, count, 1, 1))
    rows, columns = np.mgrid[:SIZE, :SIZE][:, None] - centre
    across, along = np.abs(rows), np.abs(columns)
    disc = across**2 + along**2 <= radius**2
    square = np.maximum(across, along) <= radius * 0.85
    cross = (np.minimum(across, along) <= 1) & (np.maximum(across, along) <= radius)
    return np.choose(label[:, None, None], [disc, square, cross]), label


def images(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """uint8 images (count, 16, 16, 1), the masks, and the labels."""
    shape, label = masks(count, seed)
    chance = np.random.default_rng(seed + 1000)
    ground = chance.uniform(20, 70, (count, 1, 1))
    paint = chance.uniform(140, 220, (count, 1, 1))
    grey = np.where(shape, paint, ground) + chance.normal(0, 18, shape.shape)
    return np.clip(grey, 0, 255).astype("uint8")[..., None], shape, label
