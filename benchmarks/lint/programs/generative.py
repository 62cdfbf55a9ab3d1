"""Pictures out of pictures, and points out of noise."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split

from .shapes import SIZE, images


class ShapesUnet(Program):
    name = "shapes_unet"
    task = "which pixels belong to the shape"
    choices = Choices(
        last_activation="sigmoid",
        kernel_initializer="he_normal",
        loss="binary_crossentropy",
        metrics=("accuracy",),
        learning_rate=3e-3,
        epochs=6,
        batch_size=16,
    )
    floor = 0.9

    def data(self, c: Choices) -> Data:
        x, shape, _ = images(900, 31)
        x = x.astype("float32") / 255 if c.scaled else x
        return split(x, shape[..., None].astype("float32"))

    def build(self, c: Choices, data: Data) -> keras.Model:
        def convolved(hidden: Any, filters: int) -> Any:
            return layers.Conv2D(
                filters, 3, padding="same", activation=c.hidden_activation, **c.inits
            )(hidden)

        inputs = keras.Input((SIZE, SIZE, 1))
        wide = convolved(inputs, 8)
        middle = convolved(layers.MaxPooling2D()(wide), 16)
        deep = convolved(layers.MaxPooling2D()(middle), 24)
        up = layers.Concatenate()([layers.UpSampling2D()(deep), middle])
        up = layers.Concatenate()([layers.UpSampling2D()(convolved(up, 16)), wide])
        outputs = layers.Conv2D(
            1, 1, activation=c.last_activation, kernel_initializer=c.kernel_initializer
        )(convolved(up, 8))
        return keras.Model(inputs, outputs)

    def score(self, model: keras.Model, data: Data) -> float:
        """Intersection over union."""
        said, truth = scores.predicted(model, data.x_test) > 0.5, data.y_test > 0.5
        return float((said & truth).sum() / (said | truth).sum())


class ShapesAutoencoder(Program):
    name = "shapes_autoencoder"
    task = "a picture from the sixteen numbers that an encoder makes of it"
    choices = Choices(last_activation="sigmoid", loss="mse", learning_rate=3e-3, epochs=20)
    floor = 0.5

    def data(self, c: Choices) -> Data:
        x = images(1500, 32)[0].reshape(1500, -1)
        x = x.astype("float32") / 255 if c.scaled else x.astype("float32")
        return split(x, x.copy())

    def build(self, c: Choices, data: Data) -> keras.Model:
        inputs = keras.Input((SIZE * SIZE,))
        hidden = layers.Dense(96, activation=c.hidden_activation, **c.inits)(inputs)
        code = layers.Dense(16, activation=c.hidden_activation, name="code", **c.inits)(hidden)
        hidden = layers.Dense(96, activation=c.hidden_activation, **c.inits)(code)
        outputs = layers.Dense(
            SIZE * SIZE, activation=c.last_activation, kernel_initializer=c.kernel_initializer
        )(hidden)
        return keras.Model(inputs, outputs)

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.r_squared(scores.predicted(model, data.x_test), data.y_test)


class Gan(keras.Model):
    """A generator of points and a discriminator with logits, each with its own optimizer."""

    def __init__(self, c: Choices) -> None:
        super().__init__()
        self.discriminator = self.dense(c, 2, 1)
        self.generator = self.dense(c, 4, 2)
        self.seeds = keras.random.SeedGenerator(7)
        self.d_loss = keras.metrics.Mean(name="d_loss")
        self.g_loss = keras.metrics.Mean(name="g_loss")

    @staticmethod
    def dense(c: Choices, inputs: int, outputs: int) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((inputs,)),
                layers.Dense(48, activation=c.hidden_activation, **c.inits),
                layers.Dense(48, activation=c.hidden_activation, **c.inits),
                layers.Dense(outputs, kernel_initializer=c.kernel_initializer),
            ]
        )

    @property
    def metrics(self) -> list[Any]:
        return [self.d_loss, self.g_loss]

    def compile(self, d_optimizer: Any, g_optimizer: Any, loss_fn: Any) -> None:
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def call(self, noise: Any) -> Any:
        return self.generator(noise)

    def train_step(self, real: Any) -> dict[str, Any]:
        import tensorflow as tf

        count = ops.shape(real)[0]
        noise = keras.random.normal((count, 4), seed=self.seeds)
        made = self.generator(noise)
        points = ops.concatenate([real, made], 0)
        truth = ops.concatenate([ops.ones((count, 1)), ops.zeros((count, 1))], 0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(truth, self.discriminator(points))
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
        noise = keras.random.normal((count, 4), seed=self.seeds)
        with tf.GradientTape() as tape:
            said = self.discriminator(self.generator(noise))
            g_loss = self.loss_fn(ops.ones((count, 1)), said)
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return {"d_loss": self.d_loss.result(), "g_loss": self.g_loss.result()}


class RingGan(Program):
    name = "ring_gan"
    task = "new points of a ring, out of noise"
    choices = Choices(learning_rate=2e-3, epochs=25, batch_size=64)
    floor = 0.75

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(33)
        angle = chance.uniform(0, 2 * np.pi, 4000)
        radius = 1 + chance.normal(0, 0.05, 4000)
        x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype("float32")
        return split(x, x.copy())

    def build(self, c: Choices, data: Data) -> keras.Model:
        return Gan(c)

    def compile(self, model: keras.Model, c: Choices) -> None:
        rate = c.learning_rate
        model.compile(
            d_optimizer=keras.optimizers.Adam(rate, beta_1=0.5),
            g_optimizer=keras.optimizers.Adam(rate, beta_1=0.5),
            loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
        )

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        model.fit(data.x, epochs=c.epochs, batch_size=c.batch_size, callbacks=callbacks, verbose=0)

    def score(self, model: keras.Model, data: Data) -> float:
        """How near the points are to the ring, and how evenly they lie around it."""
        noise = np.random.default_rng(9).normal(0, 1, (1000, 4)).astype("float32")
        points = scores.predicted(model, noise)
        radius = np.linalg.norm(points, axis=1)
        return float(1 - np.abs(radius - 1).mean() - np.linalg.norm(points.mean(0)) / 2)


PROGRAMS = (ShapesUnet(), ShapesAutoencoder(), RingGan())
