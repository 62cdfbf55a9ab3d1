"""Rows of a table: classes, a price, a rare class, wells, and two outputs at once."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split


def standardised(x: np.ndarray) -> np.ndarray:
    """Each column with mean 0 and deviation 1."""
    return ((x - x.mean(0)) / x.std(0)).astype("float32")


class MineralsDense(Program):
    name = "minerals_dense"
    task = "one of four minerals by twelve measurements in different units"
    choices = Choices(
        last_activation="softmax",
        output_units=4,
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
        epochs=12,
    )
    floor = 0.97

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(41)
        # Each mineral occurs in three forms, so no straight line divides two minerals.
        centres = chance.normal(0, 1.2, (12, 12))
        forms = chance.integers(0, 12, 1800)
        x = centres[forms] + chance.normal(0, 0.6, (1800, 12))
        x = x * np.geomspace(0.5, 2000, 12) + np.linspace(0, 5000, 12)
        y = forms % 4
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 4)
        if c.labels == "from_one":
            y = y + 1
        return split(standardised(x) if c.scaled else x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((12,)),
                layers.Dense(64, activation=c.hidden_activation, **c.inits),
                layers.Dense(32, activation=c.hidden_activation, **c.inits),
                layers.Dense(
                    c.output_units,
                    activation=c.last_activation,
                    kernel_initializer=c.kernel_initializer,
                ),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


class PricesNormalized(Program):
    name = "prices_normalized"
    task = "the price of a flat, in units of 100,000, by what an advertisement says of it"
    choices = Choices(loss="mse", metrics=("mae",), learning_rate=3e-3, epochs=15)
    floor = 0.9

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(42)
        area = chance.lognormal(4.2, 0.4, 2000)
        built = chance.integers(1890, 2024, 2000)
        floor = chance.integers(0, 12, 2000)
        metres = chance.exponential(4000, 2000)
        x = np.stack([area, built, floor, metres], 1).astype("float32")
        old = np.cos((built - 1890) / 134 * 2 * np.pi)  # very old and very new are dear
        y = area / 40 * (1 + 0.4 * old) * np.exp(-metres / 6000) + 0.03 * floor
        y = (y + chance.normal(0, 0.1, 2000)).astype("float32")
        if c.labels == "negative":
            y = -y
        return split(x, y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        inputs = keras.Input((4,))
        hidden = inputs
        if c.scaled:
            normalization = layers.Normalization()
            normalization.adapt(data.x)
            hidden = normalization(inputs)
        for _ in range(2):
            hidden = layers.Dense(64, activation=c.hidden_activation, **c.inits)(hidden)
        outputs = layers.Dense(
            1, activation=c.last_activation, kernel_initializer=c.kernel_initializer
        )(hidden)
        return keras.Model(inputs, outputs)

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.r_squared(scores.predicted(model, data.x_test), data.y_test)


class FraudWeighted(Program):
    name = "fraud_weighted"
    task = "whether a payment is a fraud, which one in twenty-five is"
    choices = Choices(
        last_activation="sigmoid",
        loss="binary_crossentropy",
        metrics=("AUC",),
        epochs=15,
        batch_size=64,
    )
    floor = 0.92

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(43)
        y = (chance.random(4000) < 0.04).astype("float32")
        x = chance.normal(0, 1, (4000, 10))
        # Frauds lie on both sides: unusual sums in unusual hours.
        side = chance.choice([-1, 1], 4000)
        x[:, :4] += (y * side)[:, None] * np.array([2.0, -2.0, 1.5, 1.5])
        if not c.scaled:
            x = x * np.geomspace(1, 3000, 10)
        return split(x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((10,)),
                layers.Dense(64, activation=c.hidden_activation, **c.inits),
                layers.Dropout(0.2),
                layers.Dense(32, activation=c.hidden_activation, **c.inits),
                layers.Dense(
                    1, activation=c.last_activation, kernel_initializer=c.kernel_initializer
                ),
            ]
        )

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        positive = float(data.y.mean())
        model.fit(
            data.x,
            data.y,
            validation_data=(data.x_val, data.y_val),
            class_weight={0: 0.5 / (1 - positive), 1: 0.5 / positive},
            epochs=c.epochs,
            batch_size=c.batch_size,
            callbacks=callbacks,
            verbose=0,
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.area_under_curve(scores.predicted(model, data.x_test), data.y_test)


class WellModel(keras.Model):
    """Two hidden layers, and logits."""

    def __init__(self, c: Choices) -> None:
        super().__init__()
        self.first = layers.Dense(48, activation=c.hidden_activation, **c.inits)
        self.dropout = layers.Dropout(0.1)
        self.second = layers.Dense(48, activation=c.hidden_activation, **c.inits)
        self.last = layers.Dense(
            c.output_units, activation=c.last_activation, kernel_initializer=c.kernel_initializer
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        hidden = self.dropout(self.first(inputs), training=training)
        return self.last(self.second(hidden))


class WellsSubclassed(Program):
    name = "wells_subclassed"
    task = "whether a well gives water, by place and depth"
    choices = Choices(loss="binary_crossentropy", from_logits=True, learning_rate=3e-3, epochs=20)
    floor = 0.88

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(44)
        x = chance.uniform(-1, 1, (3000, 6))
        y = np.sin(4 * x[:, 0]) + x[:, 1] * x[:, 2] * 3 + x[:, 3] > 0
        y = (y ^ (chance.random(3000) < 0.02)).astype("float32")
        if not c.scaled:
            x = 300 + x * np.array([150, 80, 200, 120, 90, 110])
        if c.labels == "signs":
            y = 2 * y - 1
        return split(x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return WellModel(c)

    def compile(self, model: keras.Model, c: Choices) -> None:
        threshold = 0.0 if c.from_logits else 0.5
        model.compile(
            optimizer=c.make_optimizer(),
            loss=c.make_loss(),
            metrics=[keras.metrics.BinaryAccuracy(threshold=threshold, name="accuracy")],
        )

    def score(self, model: keras.Model, data: Data) -> float:
        logits = scores.predicted(model, data.x_test)
        threshold = 0.0 if model.last.activation is keras.activations.linear else 0.5
        return scores.binary_accuracy(logits, data.y_test, threshold)


class PatientsOutputs(Program):
    name = "patients_outputs"
    task = "from twenty blood values both the days of stay and one of three wards"
    choices = Choices(
        last_activation="softmax",
        output_units=3,
        loss="sparse_categorical_crossentropy",
        learning_rate=2e-3,
        epochs=20,
    )
    floor = 0.75

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(45)
        x = chance.normal(0, 1, (2000, 20))
        hidden = np.tanh(x[:, :8] @ chance.normal(0, 0.8, (8, 6)))
        days = hidden @ chance.normal(0, 1, 6) + np.abs(x[:, 8]) + chance.normal(0, 0.1, 2000)
        ward = (hidden @ chance.normal(0, 1, (6, 3)) + np.square(x[:, 9:12])).argmax(1)
        if not c.scaled:
            x = 120 + 40 * x * np.geomspace(0.05, 30, 20)
        if c.labels == "one_hot":
            ward = keras.utils.to_categorical(ward, 3)
        if c.labels == "from_one":
            ward = ward + 1
        return split(x.astype("float32"), {"days": days.astype("float32"), "ward": ward})

    def build(self, c: Choices, data: Data) -> keras.Model:
        inputs = keras.Input((20,), name="blood")
        hidden = layers.Dense(128, activation=c.hidden_activation, **c.inits)(inputs)
        hidden = layers.Dense(64, activation=c.hidden_activation, **c.inits)(hidden)
        days = layers.Dense(1, name="days", kernel_initializer=c.kernel_initializer)(hidden)
        ward = layers.Dense(
            c.output_units,
            activation=c.last_activation,
            kernel_initializer=c.kernel_initializer,
            name="ward",
        )(hidden)
        return keras.Model(inputs, {"days": days, "ward": ward})

    def compile(self, model: keras.Model, c: Choices) -> None:
        model.compile(
            optimizer=c.make_optimizer(),
            loss={"days": "mse", "ward": c.make_loss()},
            loss_weights={"days": 0.5, "ward": 1.0},
            metrics={"days": ["mae"], "ward": ["accuracy"]},
        )

    def score(self, model: keras.Model, data: Data) -> float:
        """The worse of accuracy and R²."""
        said = scores.predicted(model, data.x_test)
        ward = scores.class_accuracy(said["ward"], data.y_test["ward"])
        days = scores.r_squared(said["days"], data.y_test["days"])
        return min(ward, days) if np.isfinite(days) else float("-inf")


PROGRAMS = (
    MineralsDense(),
    PricesNormalized(),
    FraudWeighted(),
    WellsSubclassed(),
    PatientsOutputs(),
)
