"""Series: a forecast, pulses from a PyDataset, signals with the usual callbacks."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split


class WavesGru(Program):
    name = "waves_gru"
    task = "the pressure of the air in an hour, from the last thirty"
    choices = Choices(
        hidden_activation="tanh",
        loss="mse",
        metrics=("mae",),
        learning_rate=5e-3,
        epochs=8,
    )
    floor = 0.85

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(51)
        time = np.arange(1400)
        waves = np.sin(time / 3.1) + 0.7 * np.sin(time / 7.3) + 0.5 * np.sin(time / 1.7)
        hectopascals = 1013 + 8 * waves + chance.normal(0, 0.8, 1400)
        known = hectopascals[:800]  # what lies in the past of all validation
        series = (hectopascals - known.mean()) / known.std()
        x = np.lib.stride_tricks.sliding_window_view(series, 30)[:-1]
        y = series[30:].astype("float32")
        if not c.scaled:
            x = np.lib.stride_tricks.sliding_window_view(hectopascals, 30)[:-1]
        return split(x[..., None].astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((30, 1)),
                layers.GRU(
                    24,
                    activation=c.hidden_activation,
                    return_sequences=not c.pooled,
                    kernel_initializer=c.kernel_initializer,
                ),
                layers.Dense(
                    1, activation=c.last_activation, kernel_initializer=c.kernel_initializer
                ),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.r_squared(scores.predicted(model, data.x_test), data.y_test)


def series_of(classes: int, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """One pulse of a form for each class at any place in (rows, 40, 1), and the class."""
    chance = np.random.default_rng(seed)
    y = chance.integers(0, classes, rows)
    time = np.arange(40) - chance.uniform(10, 30, (rows, 1))
    width = 2.0 + 0.3 * chance.random((rows, 1))
    bell = np.exp(-np.square(time / width))
    forms = [bell, -bell, bell * time / width * 2, (time > 0) * np.exp(-np.abs(time) / 4) * 1.2]
    x = np.choose(y[:, None], forms[:classes]) + chance.normal(0, 0.12, (rows, 40))
    return x[..., None], y


def convolutions(c: Choices) -> keras.Model:
    """Two convolutions, the maximum over time, classes."""
    return keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Conv1D(16, 5, activation=c.hidden_activation, **c.inits),
            layers.MaxPooling1D(2),
            layers.Conv1D(24, 5, activation=c.hidden_activation, **c.inits),
            layers.GlobalMaxPooling1D(),
            layers.Dense(
                c.output_units,
                activation=c.last_activation,
                kernel_initializer=c.kernel_initializer,
            ),
        ]
    )


class SignalsCallbacks(Program):
    name = "signals_callbacks"
    task = "one of four forms of a pulse; stopped early, slowed down, the best one kept"
    choices = Choices(
        last_activation="softmax",
        output_units=4,
        kernel_initializer="he_uniform",
        loss="categorical_crossentropy",
        metrics=("accuracy",),
        epochs=20,
    )
    floor = 0.93

    def data(self, c: Choices) -> Data:
        x, y = series_of(4, 1200, 52)
        x = x if c.scaled else 500 + 300 * x
        if c.labels == "right":
            y = keras.utils.to_categorical(y, 4)
        return split(x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return convolutions(c)

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        with tempfile.TemporaryDirectory(prefix="ahnb-lint-") as folder:
            best = Path(folder) / "best.weights.h5"
            usual = [
                keras.callbacks.ReduceLROnPlateau(patience=2, factor=0.5),
                keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True),
                keras.callbacks.ModelCheckpoint(best, save_best_only=True, save_weights_only=True),
            ]
            super().fit(model, data, c, [*usual, *callbacks])

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


class Pulses(keras.utils.PyDataset):
    """Batches of pulses, in a new order each epoch."""

    def __init__(self, x: np.ndarray, y: np.ndarray, batch_size: int) -> None:
        super().__init__()
        self.x, self.y, self.batch_size = x, y, batch_size
        self.chance = np.random.default_rng(1)
        self.order = self.chance.permutation(len(x))

    def __len__(self) -> int:
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self) -> None:
        self.order = self.chance.permutation(len(self.x))


class PulsesGenerator(Program):
    name = "pulses_generator"
    task = "one of three forms of a pulse, in batches of a PyDataset"
    choices = Choices(
        last_activation="softmax",
        output_units=3,
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
        learning_rate=2e-3,
        epochs=10,
    )
    floor = 0.93

    def data(self, c: Choices) -> Data:
        x, y = series_of(3, 1200, 53)
        x = x if c.scaled else 500 + 300 * x
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 3)
        if c.labels == "from_one":
            y = y + 1
        return split(x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return convolutions(c)

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        model.fit(
            Pulses(data.x, data.y, c.batch_size),
            validation_data=Pulses(data.x_val, data.y_val, 256),
            epochs=c.epochs,
            callbacks=callbacks,
            verbose=0,
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


PROGRAMS = (WavesGru(), SignalsCallbacks(), PulsesGenerator())
