"""Classes of images: augmented, in mixed precision, and upon a base that was trained before."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split

from .shapes import SIZE, images

SOUND = Choices(
    last_activation="softmax",
    output_units=3,
    loss="sparse_categorical_crossentropy",
    metrics=("accuracy",),
    learning_rate=2e-3,
)


class Shapes(Program):
    """What the three programs share: images of shapes, and the accuracy."""

    seed = 0
    rows = 1500

    def data(self, c: Choices) -> Data:
        x, _, y = images(self.rows, self.seed)
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 3)
        if c.labels == "from_one":
            y = y + 1
        return split(x, y)

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


def last(c: Choices, **options: Any) -> layers.Layer:
    """The output layer."""
    return layers.Dense(
        c.output_units,
        activation=c.last_activation,
        kernel_initializer=c.kernel_initializer,
        **options,
    )


class ShapesAugmented(Shapes):
    name = "shapes_augmented"
    task = "disc, square or cross; pictures are flipped, moved and rescaled in the model"
    choices = Choices(**{**vars(SOUND), "epochs": 12})
    floor = 0.88
    seed = 21

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((SIZE, SIZE, 1)),
                *([layers.Rescaling(1 / 255)] if c.scaled else []),
                layers.RandomFlip("horizontal_and_vertical", seed=1),
                layers.RandomTranslation(0.1, 0.1, seed=2),
                layers.Conv2D(12, 3, activation=c.hidden_activation, **c.inits),
                layers.MaxPooling2D(),
                layers.Conv2D(24, 3, activation=c.hidden_activation, **c.inits),
                layers.Flatten(),
                layers.Dropout(0.2),
                last(c),
            ]
        )


class ShapesMixed(Shapes):
    name = "shapes_mixed"
    task = "disc, square or cross, with mixed precision and batch normalization"
    choices = Choices(**{**vars(SOUND), "epochs": 8})
    floor = 0.88
    seed = 22
    rows = 1200

    def data(self, c: Choices) -> Data:
        data = super().data(c)
        if not c.scaled:
            return data
        x, x_val, x_test = (
            part.astype("float32") / 255 for part in (data.x, data.x_val, data.x_test)
        )
        return Data(x, data.y, x_val, data.y_val, x_test, data.y_test)

    def build(self, c: Choices, data: Data) -> keras.Model:
        keras.config.set_dtype_policy("mixed_float16")
        try:
            inputs = keras.Input((SIZE, SIZE, 1))
            hidden = inputs
            for filters in (8, 16):
                hidden = layers.Conv2D(
                    filters,
                    3,
                    strides=2,
                    use_bias=False,
                    kernel_initializer=c.kernel_initializer,
                )(hidden)
                hidden = layers.BatchNormalization(momentum=0.9)(hidden)
                if c.hidden_activation:
                    hidden = layers.Activation(c.hidden_activation)(hidden)
            if c.pooled:
                hidden = layers.Flatten()(hidden)
            hidden = layers.Dense(32, activation=c.hidden_activation, **c.inits)(hidden)
            return keras.Model(inputs, last(c, dtype="float32")(hidden))
        finally:
            keras.config.set_dtype_policy("float32")


def trained_base(c: Choices) -> keras.Model:
    """Convolutions that have learned another task: where the shape is, in 8 × 8 places."""
    x, shape, _ = images(1000, 1023)
    base = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, strides=2, activation=c.hidden_activation),
            layers.Conv2D(32, 3, strides=2, activation=c.hidden_activation),
            layers.Flatten(),
        ],
        name="base",
    )
    places = shape.reshape(-1, 8, 2, 8, 2).any((2, 4)).reshape(-1, 64).astype("float32")
    whole = keras.Sequential([base, layers.Dense(64, activation="sigmoid")])
    whole.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy")
    whole.fit(x, places, epochs=5, verbose=0)
    return base


class ShapesTransfer(Shapes):
    name = "shapes_transfer"
    task = "disc, square or cross, upon a frozen base, which is tuned gently in the end"
    choices = Choices(**{**vars(SOUND), "learning_rate": 3e-3, "epochs": 9})
    floor = 0.85
    seed = 23

    def build(self, c: Choices, data: Data) -> keras.Model:
        self.base = trained_base(c)
        self.base.trainable = False
        inputs = keras.Input((SIZE, SIZE, 1))
        hidden = layers.Dropout(0.1)(self.base(inputs, training=False))
        hidden = layers.Dense(64, activation=c.hidden_activation, **c.inits)(hidden)
        return keras.Model(inputs, last(c)(hidden))

    def fit(self, model: keras.Model, data: Data, c: Choices, callbacks: list[Any]) -> None:
        super().fit(model, data, c, callbacks)
        self.base.trainable = c.trainable
        optimizer = keras.optimizers.Adam(c.learning_rate / 10)
        model.compile(optimizer=optimizer, loss=c.make_loss(), metrics=[*c.metrics])
        model.fit(
            data.x,
            data.y,
            validation_data=(data.x_val, data.y_val),
            epochs=-(-c.epochs // 3),
            batch_size=c.batch_size,
            callbacks=callbacks,
            verbose=0,
        )


PROGRAMS = (ShapesAugmented(), ShapesMixed(), ShapesTransfer())
