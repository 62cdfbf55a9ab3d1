"""Small grey images of strokes: told apart, and made anew."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split

SIZE = 12


def strokes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 images (count, 12, 12, 1) of one stroke each, and in which of four directions."""
    chance = np.random.default_rng(seed)
    direction = chance.integers(0, 4, count)
    angle = direction * np.pi / 4 + chance.normal(0, 0.08, count)
    offset = chance.uniform(-2.5, 2.5, count)
    rows, columns = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    across = (
        np.sin(angle)[:, None, None] * columns
        + np.cos(angle)[:, None, None] * rows
        - offset[:, None, None]
    )
    ink = 230 * np.exp(-np.square(across) / 1.2) + chance.normal(0, 12, across.shape)
    return np.clip(ink, 0, 255).astype("uint8")[..., None], direction


class StrokesConv(Program):
    name = "strokes_conv"
    task = "the direction of a stroke, with convolutions and logits"
    choices = Choices(
        output_units=4,
        loss="sparse_categorical_crossentropy",
        from_logits=True,
        metrics=("accuracy",),
        epochs=8,
    )
    floor = 0.97

    def data(self, c: Choices) -> Data:
        x, y = strokes(1600, 61)
        if c.scaled:
            x = x.astype("float32") / 255
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 4)
        if c.labels == "from_one":
            y = y + 1
        return split(x, y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((SIZE, SIZE, 1)),
                layers.Conv2D(12, 3, activation=c.hidden_activation, **c.inits),
                layers.MaxPooling2D(),
                layers.Conv2D(24, 3, activation=c.hidden_activation, **c.inits),
                *([layers.Flatten()] if c.pooled else []),
                layers.Dropout(0.25),
                layers.Dense(
                    c.output_units,
                    activation=c.last_activation,
                    kernel_initializer=c.kernel_initializer,
                ),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


class Vae(keras.Model):
    """A variational autoencoder; its loss is reconstruction plus divergence from N(0, 1)."""

    def __init__(self, c: Choices) -> None:
        super().__init__()
        self.encoder = keras.Sequential(
            [
                keras.Input((SIZE * SIZE,)),
                layers.Dense(96, activation=c.hidden_activation, **c.inits),
                layers.Dense(8, kernel_initializer=c.kernel_initializer),
            ]
        )
        self.decoder = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(96, activation=c.hidden_activation, **c.inits),
                layers.Dense(
                    SIZE * SIZE,
                    activation=c.last_activation,
                    kernel_initializer=c.kernel_initializer,
                ),
            ]
        )
        self.seeds = keras.random.SeedGenerator(5)
        self.total = keras.metrics.Mean(name="loss")
        self.divergence = keras.metrics.Mean(name="kl")

    @property
    def metrics(self) -> list[Any]:
        return [self.total, self.divergence]

    def call(self, inputs: Any) -> Any:
        return self.decoder(self.encoder(inputs)[:, :4])

    def train_step(self, data: Any) -> dict[str, Any]:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            mean, spread = ops.split(self.encoder(data), 2, axis=1)
            noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
            made = self.decoder(mean + ops.exp(0.5 * spread) * noise)
            wrong = ops.mean(keras.losses.binary_crossentropy(data, made)) * SIZE * SIZE
            kl = -0.5 * ops.mean(ops.sum(1 + spread - mean**2 - ops.exp(spread), axis=1))
            loss = wrong + kl
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.total.update_state(loss)
        self.divergence.update_state(kl)
        return {"loss": self.total.result(), "kl": self.divergence.result()}


class StrokesVae(Program):
    name = "strokes_vae"
    task = "make strokes anew from four numbers, with a train_step of its own"
    choices = Choices(last_activation="sigmoid", learning_rate=2e-3, epochs=25)
    floor = 0.6

    def data(self, c: Choices) -> Data:
        x, _ = strokes(1600, 62)
        x = x.reshape(len(x), -1)
        x = x.astype("float32") / 255 if c.scaled else x
        return split(x, x)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return Vae(c)

    def compile(self, model: keras.Model, c: Choices) -> None:
        model.compile(optimizer=c.make_optimizer())

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        model.fit(
            data.x.astype("float32"),
            epochs=c.epochs,
            batch_size=c.batch_size,
            callbacks=callbacks,
            verbose=0,
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.r_squared(scores.predicted(model, data.x_test.astype("float32")), data.y_test)


PROGRAMS = (StrokesConv(), StrokesVae())
