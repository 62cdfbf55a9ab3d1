"""Trainings of one process that share weights, data or architecture, and some that do not."""

import keras
import numpy as np

from ahnb_client import AHNBCallback
from tests.contract.programs.basics import IS_EAGER, Truth

ROWS = np.random.default_rng(3).random((32, 6)).astype("float32")
TARGETS = (ROWS.sum(axis=1) > 3).astype("int32")
Layers = list[keras.layers.Layer]


def stack(width: int = 8) -> Layers:
    return [
        keras.layers.Dense(width, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Activation("tanh"),
        keras.layers.Dense(2, activation="softmax"),
    ]


def changed() -> Layers:
    """One layer wider, one added, one moved."""
    wide, normal, tanh, head = stack(16)
    return [wide, tanh, normal, keras.layers.Dropout(0.25), head]


def train(name: str, layers: Layers, *, rate: float = 0.01, add: float = 0.0) -> keras.Model:
    model = keras.Sequential([keras.Input((6,)), *layers])
    return fit(name, model, rate=rate, add=add)


def fit(name: str, model: keras.Model, *, rate: float = 0.01, add: float = 0.0) -> keras.Model:
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(rate), loss, run_eagerly=IS_EAGER)
    ours = AHNBCallback(name=name)
    model.fit(ROWS + add, TARGETS, epochs=1, verbose=0, callbacks=[ours, Truth(name, ours)])
    return model


def seeded(name: str, layers: Layers | None = None, **more: float) -> keras.Model:
    keras.utils.set_random_seed(7)
    return train(name, layers or stack(), **more)


trained = seeded("first")
seeded("again", rate=0.1)
seeded("other data", add=1.0)
keras.utils.set_random_seed(8)
train("other seed", stack())
seeded("changed", changed())
# The first one's weights, in a model of its own.
copy = keras.models.clone_model(trained)
copy.set_weights(trained.get_weights())
fit("goes on", copy)
