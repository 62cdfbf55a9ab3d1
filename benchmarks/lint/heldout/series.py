"""Sequences: vibrations, sensors through tf.data, and short messages of tokens."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split


class VibrationLstm(Program):
    name = "vibration_lstm"
    task = "whether a machine's vibration grows faster over forty moments"
    choices = Choices(
        hidden_activation="tanh",
        last_activation="sigmoid",
        loss="binary_crossentropy",
        metrics=("accuracy",),
        learning_rate=3e-3,
        epochs=8,
    )
    floor = 0.93

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(51)
        y = chance.integers(0, 2, 1200)
        time = np.linspace(0, 1, 40)
        begin = chance.uniform(2, 4, (1200, 1))
        bend = np.where(y == 1, chance.uniform(1.5, 3, 1200), chance.uniform(-1.2, 0.2, 1200))
        wave = np.sin(2 * np.pi * (begin * time + bend[:, None] * time**2))
        other = np.cos(2 * np.pi * (begin * time + bend[:, None] * time**2))
        x = np.stack([wave, other], 2) + chance.normal(0, 0.2, (1200, 40, 2))
        if not c.scaled:
            x = 2048 + 1500 * x
        return split(x.astype("float32"), y.astype("float32"))

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((40, 2)),
                layers.LSTM(
                    24,
                    activation=c.hidden_activation,
                    return_sequences=not c.pooled,
                    kernel_initializer=c.kernel_initializer,
                ),
                layers.Dense(
                    c.output_units,
                    activation=c.last_activation,
                    kernel_initializer=c.kernel_initializer,
                ),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.binary_accuracy(scores.predicted(model, data.x_test), data.y_test)


class SensorsPipeline(Program):
    name = "sensors_pipeline"
    task = "one of five movements by a wrist's acceleration, read through tf.data"
    choices = Choices(
        last_activation="softmax",
        output_units=5,
        kernel_initializer="he_normal",
        loss="categorical_crossentropy",
        metrics=("accuracy",),
        epochs=10,
    )
    floor = 0.88

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(52)
        y = chance.integers(0, 5, 1500)
        time = np.arange(48) / 48
        rate = np.array([2, 3.5, 5, 6.5, 8])[y][:, None, None] + chance.normal(0, 0.2, (1500, 1, 1))
        phase = chance.uniform(0, 2 * np.pi, (1500, 1, 3))
        x = np.sin(2 * np.pi * rate * time[None, :, None] + phase)
        x = x + chance.normal(0, 0.5, x.shape)
        if not c.scaled:
            x = 512 + 400 * x
        if c.labels == "right":
            y = keras.utils.to_categorical(y, 5)
        return split(x.astype("float32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((48, 3)),
                layers.Conv1D(24, 7, activation=c.hidden_activation, **c.inits),
                layers.MaxPooling1D(2),
                layers.Conv1D(32, 5, activation=c.hidden_activation, **c.inits),
                *([layers.GlobalMaxPooling1D()] if c.pooled else []),
                layers.Dense(
                    c.output_units,
                    activation=c.last_activation,
                    kernel_initializer=c.kernel_initializer,
                ),
            ]
        )

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        rows = tf.data.Dataset.from_tensor_slices((data.x, data.y))
        training = rows.shuffle(1024, seed=1).batch(c.batch_size).prefetch(tf.data.AUTOTUNE)
        validation = tf.data.Dataset.from_tensor_slices((data.x_val, data.y_val)).batch(256)
        model.fit(
            training,
            validation_data=validation,
            epochs=c.epochs,
            callbacks=callbacks,
            verbose=0,
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


class TokensAndPositions(layers.Layer):
    """Sum of an embedding of tokens and one of positions."""

    def __init__(self, length: int, words: int, width: int) -> None:
        super().__init__()
        self.tokens = layers.Embedding(words, width)
        self.positions = layers.Embedding(length, width)
        self.length = length

    def call(self, inputs: Any) -> Any:
        return self.tokens(inputs) + self.positions(keras.ops.arange(self.length))


class MessagesTransformer(Program):
    name = "messages_transformer"
    task = "one of three subjects of messages of twenty tokens"
    choices = Choices(
        last_activation="softmax",
        output_units=3,
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
        learning_rate=2e-3,
        epochs=6,
    )
    floor = 0.97

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(53)
        y = chance.integers(0, 3, 1500)
        x = chance.integers(30, 200, (1500, 20))
        for row, subject in enumerate(y):
            places = chance.choice(20, 3, replace=False)
            x[row, places] = chance.integers(subject * 10, subject * 10 + 10, 3)
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 3)
        if c.labels == "from_one":
            y = y + 1
        return split(x.astype("int32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        inputs = keras.Input((20,), dtype="int32")
        hidden = TokensAndPositions(20, 200, 32)(inputs)
        attended = layers.MultiHeadAttention(2, 16, kernel_initializer=c.kernel_initializer)(
            hidden, hidden
        )
        hidden = layers.LayerNormalization(epsilon=1e-6)(hidden + attended)
        wide = layers.Dense(64, activation=c.hidden_activation, **c.inits)(hidden)
        narrow = layers.Dense(32, kernel_initializer=c.kernel_initializer)(wide)
        hidden = layers.LayerNormalization(epsilon=1e-6)(hidden + narrow)
        if c.pooled:
            hidden = layers.GlobalAveragePooling1D()(hidden)
        hidden = layers.Dropout(0.1)(hidden)
        outputs = layers.Dense(
            c.output_units, activation=c.last_activation, kernel_initializer=c.kernel_initializer
        )(hidden)
        return keras.Model(inputs, outputs)

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


PROGRAMS = (VibrationLstm(), SensorsPipeline(), MessagesTransformer())
