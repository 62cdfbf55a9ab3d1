"""Models that are graphs: shortcuts, several inputs, twins that share weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split


class SpiralsResidual(Program):
    name = "spirals_residual"
    task = "on which of three spirals a point lies, with shortcuts and logits"
    choices = Choices(
        output_units=3,
        loss="sparse_categorical_crossentropy",
        from_logits=True,
        metrics=("accuracy",),
        learning_rate=3e-3,
        epochs=20,
    )
    floor = 0.93

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(11)
        y = chance.integers(0, 3, 1800)
        radius = chance.uniform(0.1, 1, 1800)
        angle = 5 * radius + y * 2 * np.pi / 3 + chance.normal(0, 0.08, 1800)
        x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1) * 2
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 3)
        return split(x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        inputs = keras.Input((2,))
        hidden = layers.Dense(48, activation=c.hidden_activation, **c.inits)(inputs)
        for _ in range(3):
            branch = layers.Dense(48, activation=c.hidden_activation, **c.inits)(hidden)
            branch = layers.Dense(48, kernel_initializer=c.kernel_initializer)(branch)
            hidden = layers.Add()([hidden, branch])
            if c.hidden_activation:
                hidden = layers.Activation(c.hidden_activation)(hidden)
        outputs = layers.Dense(
            c.output_units, activation=c.last_activation, kernel_initializer=c.kernel_initializer
        )(hidden)
        return keras.Model(inputs, outputs)

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


class CarsInputs(Program):
    name = "cars_inputs"
    task = "whether a car is sold within a month, by its numbers and its make"
    choices = Choices(
        last_activation="sigmoid",
        loss="binary_crossentropy",
        metrics=("accuracy",),
        learning_rate=3e-3,
        epochs=12,
    )
    floor = 0.88

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(12)
        make = chance.integers(0, 8, 2400)
        age, distance, price = chance.uniform(-1, 1, (3, 2400))
        wanted = np.array([1, -1, 0.5, -0.5, 1, -1, 0.2, -0.2])[make]
        y = wanted * 0.6 - price * wanted - age * distance * 1.5 - 0.3 * price > 0
        numbers = np.stack([age, distance, price], 1)
        if not c.scaled:  # years, kilometres, euros
            numbers = [10, 120_000, 16_000] + numbers * [9, 110_000, 14_000]
        y = y.astype("float32")
        x = {"numbers": numbers.astype("float32"), "make": make.astype("int32")}
        return split(x, 2 * y - 1 if c.labels == "signs" else y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        numbers = keras.Input((3,), name="numbers")
        make = keras.Input((), dtype="int32", name="make")
        hidden = layers.Concatenate()([numbers, layers.Embedding(8, 4)(make)])
        for units in (64, 32):
            hidden = layers.Dense(units, activation=c.hidden_activation, **c.inits)(hidden)
        outputs = layers.Dense(
            1, activation=c.last_activation, kernel_initializer=c.kernel_initializer
        )(hidden)
        return keras.Model({"numbers": numbers, "make": make}, outputs)

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.binary_accuracy(scores.predicted(model, data.x_test), data.y_test)


def contrastive(y_true: Any, y_pred: Any) -> Any:
    """Distances of like pairs go to 0, of unlike ones beyond 1 (Hadsell et al. 2006)."""
    y_true = ops.reshape(y_true, ops.shape(y_pred))
    return ops.mean(y_true * y_pred**2 + (1 - y_true) * ops.maximum(1 - y_pred, 0) ** 2)


class PairsSiamese(Program):
    name = "pairs_siamese"
    task = "whether two voices are of one person: distances of a shared encoder"
    choices = Choices(loss="contrastive", learning_rate=2e-3, epochs=12)
    floor = 0.93

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(13)
        # A person's voice is a ring in a plane of its own: alike only after bending.
        person = chance.integers(0, 4, (2000, 2))
        alike = chance.random(2000) < 0.5
        person[alike, 1] = person[alike, 0]
        loud = chance.choice([-1, 1], (2000, 2, 1))
        voices = chance.normal(0, 1.5, (4, 16))[person] * loud
        voices = (voices + chance.normal(0, 0.3, voices.shape)).astype("float32")
        y = (person[:, 0] == person[:, 1]).astype("float32")
        return split((voices[:, 0], voices[:, 1]), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        encoder = keras.Sequential(
            [
                keras.Input((16,)),
                layers.Dense(48, activation=c.hidden_activation, **c.inits),
                layers.Dense(8, kernel_initializer=c.kernel_initializer),
            ],
            name="encoder",
        )
        one, other = keras.Input((16,)), keras.Input((16,))
        apart = layers.Subtract()([encoder(one), encoder(other)])
        distance = layers.Lambda(
            lambda d: ops.sqrt(ops.sum(d**2, axis=1, keepdims=True) + 1e-7), output_shape=(1,)
        )(apart)
        return keras.Model([one, other], distance)

    def compile(self, model: keras.Model, c: Choices) -> None:
        model.compile(optimizer=c.make_optimizer(), loss=contrastive)

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.area_under_curve(-scores.predicted(model, data.x_test), data.y_test)


PROGRAMS = (SpiralsResidual(), CarsInputs(), PairsSiamese())
