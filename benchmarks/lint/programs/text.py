"""Tokens: an opinion of a review, a tag for each word, a sequence from a sequence."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from benchmarks.lint import scores
from benchmarks.lint.program import Choices, Program
from benchmarks.lint.spoil import Data, split


def last(c: Choices) -> layers.Layer:
    """The output layer, for each place where there are places."""
    return layers.Dense(
        c.output_units, activation=c.last_activation, kernel_initializer=c.kernel_initializer
    )


class ReviewsEmbedding(Program):
    name = "reviews_embedding"
    task = "whether a review of thirty tokens is friendly"
    choices = Choices(
        last_activation="sigmoid",
        loss="binary_crossentropy",
        metrics=("accuracy",),
        learning_rate=5e-3,
        epochs=10,
    )
    floor = 0.9

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(61)
        y = chance.integers(0, 2, 1500)
        x = chance.integers(40, 300, (1500, 30))
        for row, friendly in enumerate(y):
            places = chance.choice(30, 5, replace=False)
            x[row, places] = chance.integers(0, 20, 5) + 20 * (friendly ^ (chance.random(5) < 0.1))
        return split(x.astype("int32"), y.astype("float32"))

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((30,), dtype="int32"),
                layers.Embedding(300, 16),
                *([layers.GlobalAveragePooling1D()] if c.pooled else []),
                layers.Dense(16, activation=c.hidden_activation, **c.inits),
                last(c),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.binary_accuracy(scores.predicted(model, data.x_test), data.y_test)


class WordsTagging(Program):
    name = "words_tagging"
    task = "one of four tags for each of twelve words, by the word and the one before"
    choices = Choices(
        last_activation="softmax",
        output_units=4,
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
        learning_rate=0.01,
        epochs=8,
    )
    floor = 0.9

    def data(self, c: Choices) -> Data:
        chance = np.random.default_rng(62)
        x = chance.integers(0, 40, (1200, 12))
        before = np.concatenate([np.zeros((1200, 1), int), x[:, :-1]], 1)
        y = (x % 2) * 2 + (before < 20)
        if c.labels == "one_hot":
            y = keras.utils.to_categorical(y, 4)
        return split(x.astype("int32"), y)

    def build(self, c: Choices, data: Data) -> keras.Model:
        return keras.Sequential(
            [
                keras.Input((12,), dtype="int32"),
                layers.Embedding(40, 16),
                layers.Bidirectional(
                    layers.LSTM(20, return_sequences=True, kernel_initializer=c.kernel_initializer)
                ),
                last(c),
            ]
        )

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


class SumsSeq2Seq(Program):
    name = "sums_seq2seq"
    task = "the sums of neighbours among five numbers, one after another"
    choices = Choices(
        last_activation="softmax",
        output_units=8,
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
        learning_rate=0.01,
        epochs=15,
    )
    floor = 0.85

    def data(self, c: Choices) -> Data:
        """x holds the numbers, and of the sums what the decoder has said so far (7: begin)."""
        chance = np.random.default_rng(63)
        every = np.indices((4,) * 5).reshape(5, -1).T
        numbers = chance.permutation(every)
        sums = numbers[:, :-1] + numbers[:, 1:]
        before = np.concatenate([np.full((len(sums), 1), 7), sums[:, :-1]], 1)
        x = {"numbers": numbers.astype("int32"), "before": before.astype("int32")}
        return split(x, sums.astype("int32"))

    def build(self, c: Choices, data: Data) -> keras.Model:
        numbers = keras.Input((5,), dtype="int32", name="numbers")
        before = keras.Input((4,), dtype="int32", name="before")
        inits = {"kernel_initializer": c.kernel_initializer}
        encoded, state = layers.GRU(48, return_sequences=True, return_state=True, **inits)(
            layers.Embedding(4, 8)(numbers)
        )
        decoded = layers.GRU(48, return_sequences=True, **inits)(
            layers.Embedding(8, 8)(before), initial_state=state
        )
        context = layers.Attention()([decoded, encoded])
        hidden = layers.Concatenate()([decoded, context])
        return keras.Model({"numbers": numbers, "before": before}, last(c)(hidden))

    def score(self, model: keras.Model, data: Data) -> float:
        return scores.class_accuracy(scores.predicted(model, data.x_test), data.y_test)


PROGRAMS = (ReviewsEmbedding(), WordsTagging(), SumsSeq2Seq())
