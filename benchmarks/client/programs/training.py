"""The training that everything is measured in: a small dense model with four metrics a batch."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

FEATURES, BATCH = 20, 32


def model() -> Any:
    """Some 800 parameters: a step takes about a millisecond with TensorFlow, a fifth with JAX."""
    made = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    metrics = [
        "accuracy",
        keras.metrics.SparseTopKCategoricalAccuracy(1, name="top"),
        keras.metrics.SparseCategoricalCrossentropy(name="crossentropy"),
    ]
    made.compile("adam", "sparse_categorical_crossentropy", metrics=metrics)
    return made


def data(batches: int) -> tuple[Any, Any]:
    """`x` of shape (32 x batches, 20) and classes 0 and 1, the same in every process."""
    random = np.random.default_rng(1)
    x = random.normal(size=(BATCH * batches, FEATURES)).astype("float32")
    return x, (x[:, 0] > 0).astype("int32")


def fit(made: Any, x: Any, y: Any, callbacks: list[Any], epochs: int = 1) -> Any:
    """Train without a progress bar."""
    return made.fit(
        x, y, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks
    )
