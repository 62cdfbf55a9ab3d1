"""Rows of a table through dense layers: two classes, tags, numbers, grades, species."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split


class MoonsBinary(Program):
    name = "moons_binary"
    task = "on which of two interlocked half circles a point lies"
    choices = Choices(
        last_activation="sigmoid",
        loss="binary_crossentropy",
        metrics=("accuracy",),
        learning_rate=5e-3,
        epochs=12,
    )
    floor = 0.95

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(1)
        y = chance.integers(0, 2, 1500)
        angle = chance.uniform(0, np.pi, 1500)
        x = np.stack([np.cos(angle), np.sin(angle)], 1)
        x = np.where(y[:, None] == 1, [1, 0.4] - x, x) + chance.normal(0, 0.1, (1500, 2))
        y = y.astype("float32")
        return split(x.astype("float32"), 2 * y - 1 if c.labels == "signs" else y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((2,)),
                layers.Dense(32, activation=c.hidden_activation, **c.inits),
                layers.Dense(32, activation=c.hidden_activation, **c.inits),
                layers.Dense(
                    1, activation=c.last_activation, kernel_initializer=c.kernel_initializer
                ),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.binary_accuracy(scores.predicted(model, data.x_test), data.y_test)


class EnergyRegression(Program):
    name = "energy_regression"
    task = "what a house needs for heating in a year, in MWh"
    choices = Choices(loss="mse", metrics=("mae",), learning_rate=5e-3, epochs=15)
    floor = 0.9

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(2)
        area = chance.uniform(40, 250, 2000)
        insulation = chance.uniform(0.2, 2.5, 2000)  # W/(m² K)
        outside = chance.normal(8, 3, 2000)
        windows = chance.uniform(2, 60, 2000)
        inside = chance.normal(20.5, 1, 2000)
        x = np.stack([area, insulation, outside, windows, inside], 1)
        y = (area * insulation + 1.1 * windows) * (inside - outside) * 8.76e-3 * 0.5
        y = y + chance.normal(0, 0.5, 2000)
        if c.scaled:
            x = (x - x[:1200].mean(0)) / x[:1200].std(0)
        return split(x.astype("float32"), y.astype("float32"))

    def build(self, c: Choices, data: Data) -> keras.Model:
        model = keras.Sequential([keras.Input((5,))])
        for units in (64, 64):
            model.add(layers.Dense(units, activation=c.hidden_activation, **c.inits))
        model.add(
            layers.Dense(1, activation=c.last_activation, kernel_initializer=c.kernel_initializer)
        )
        return model

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.r_squared(scores.predicted(model, data.x_test), data.y_test)


class TagsMultilabel(Program):
    name = "tags_multilabel"
    task = "which of five tags a song has, any number of them"
    choices = Choices(
        last_activation="sigmoid",
        output_units=5,
        loss="binary_crossentropy",
        metrics=("binary_accuracy",),
        learning_rate=2e-3,
        epochs=15,
    )
    floor = 0.88

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(3)
        x = chance.normal(0, 1, (2000, 15))
        pull = x[:, :5] * x[:, 5:10] + 0.5 * x[:, 10:]
        y = pull + chance.normal(0, 0.05, pull.shape) > 0.2
        return split(x.astype("float32"), y.astype("float32"))

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((15,)),
                layers.Dense(128, activation=c.hidden_activation, **c.inits),
                layers.Dense(64, activation=c.hidden_activation, **c.inits),
                layers.Dense(
                    c.output_units,
                    activation=c.last_activation,
                    kernel_initializer=c.kernel_initializer,
                ),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.binary_accuracy(scores.predicted(model, data.x_test), data.y_test)


class RatingsHuber(Program):
    name = "ratings_huber"
    task = "the grade from 1 to 5 that a guest gives, some of them at random"
    choices = Choices(loss="huber", metrics=("mae",), learning_rate=3e-3, epochs=12)
    floor = 0.65

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(4)
        x = chance.uniform(0, 100, (2500, 6))  # noise, light, price, service, food, distance
        z = x / 50 - 1
        liked = 3 + 1.5 * np.minimum(z[:, 4], z[:, 3]) + np.abs(z[:, 1]) - z[:, 0] * z[:, 2]
        y = np.clip(np.round(liked + 0.4), 1, 5)
        random = chance.random(2500) < 0.04
        y[random] = chance.integers(1, 6, random.sum())
        return split((z if c.scaled else 40 * x).astype("float32"), y.astype("float32"))

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(64, activation=c.hidden_activation, **c.inits),
                layers.Dense(64, activation=c.hidden_activation, **c.inits),
                layers.Dense(
                    1, activation=c.last_activation, kernel_initializer=c.kernel_initializer
                ),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.r_squared(scores.predicted(model, data.x_test), data.y_test)


class PlantsSchedule(Program):
    name = "plants_schedule"
    task = "one of three species by eight measurements; SGD with momentum on a cosine"
    choices = Choices(
        last_activation="softmax",
        output_units=3,
        kernel_initializer="he_normal",
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
        learning_rate=0.05,
        epochs=15,
    )
    floor = 0.95

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(5)
        centres = chance.normal(0, 1.2, (9, 8))
        kinds = chance.integers(0, 9, 1500)
        x = centres[kinds] + chance.normal(0, 0.45, (1500, 8))
        x = 20 + 6 * x * np.geomspace(0.2, 40, 8)  # in millimetres: hairs, leaves, stems
        y = kinds % 3
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 3)
        if c.labels == "from_one":
            y = y + 1
        if c.scaled:
            x = (x - x[:900].mean(0)) / x[:900].std(0)
        return split(x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((8,)),
                layers.Dense(48, activation=c.hidden_activation, **c.inits),
                layers.Dense(48, activation=c.hidden_activation, **c.inits),
                layers.Dense(
                    c.output_units,
                    activation=c.last_activation,
                    kernel_initializer=c.kernel_initializer,
                ),
            ]
        )

    def compile(self, model: keras.Model, c: Choices) -> None:
        steps = c.epochs * -(-900 // c.batch_size)
        schedule = keras.optimizers.schedules.CosineDecay(c.learning_rate, decay_steps=steps)
        optimizer = keras.optimizers.SGD(schedule, momentum=0.9)
        model.compile(optimizer=optimizer, loss=c.make_loss(), metrics=[*c.metrics])

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


PROGRAMS = (
    MoonsBinary(),
    EnergyRegression(),
    TagsMultilabel(),
    RatingsHuber(),
    PlantsSchedule(),
)
