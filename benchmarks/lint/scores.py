"""Scores of trained models on test rows; all are at most 1, and greater is better."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def predicted(model: keras.Model, x: Any) -> Any:
    """What the model says, as float32 arrays."""
    return model.predict(x, verbose=0, batch_size=256)


def class_accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """The share of labels, numbers or one-hot, with the greatest score. NaN counts as wrong."""
    if labels.shape == scores.shape:
        labels = labels.argmax(-1)
    right = scores.argmax(-1) == np.squeeze(labels).reshape(scores.shape[:-1])
    return float((right & np.isfinite(scores).all(-1)).mean())


def binary_accuracy(scores: np.ndarray, labels: np.ndarray, threshold: float = 0.5) -> float:
    """The share of labels on the right side of the threshold."""
    right = (scores > threshold) == (labels.reshape(scores.shape) > 0.5)
    return float((right & np.isfinite(scores)).mean())


def r_squared(scores: np.ndarray, targets: np.ndarray) -> float:
    """1 - squared error / variance of the targets, each column by itself, then the mean."""
    targets = targets.reshape(scores.shape).astype("float64")
    with np.errstate(all="ignore"):
        error = np.square(scores - targets).mean(0).sum()
        return float(1 - error / targets.var(0).sum())


def area_under_curve(scores: np.ndarray, labels: np.ndarray) -> float:
    """The chance that a positive row has the greater score than a negative one; ties half."""
    flat, truth = scores.ravel(), labels.ravel() > 0.5
    ahead = flat[truth][:, None] - flat[~truth][None, :]
    return float(((ahead > 0) + 0.5 * (ahead == 0)).mean())
