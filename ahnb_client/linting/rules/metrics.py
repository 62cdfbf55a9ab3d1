"""Metrics that say nothing of this model."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Head
from ..rule import Hit, rule
from .words import BINARY, CATEGORICAL, OF_CLASSES, REGRESSION, SPARSE, place_of, target_shape

_PAGE = "Keras docs, Accuracy metrics"
_BY_NAME = ("accuracy", "acc")
_OF_ROWS = ("CategoricalAccuracy", "categorical_accuracy")
_OF_NUMBERS = ("SparseCategoricalAccuracy", "sparse_categorical_accuracy")
_WITH_THRESHOLD = ("AUC", "Precision", "Recall", "F1Score")
# They turn a threshold of probabilities over, but the order of rows stays right.
_MILD = ("BinaryAccuracy", "binary_accuracy", *_BY_NAME)


@rule(
    "MET01",
    "warn",
    title="accuracy of a regression",
    why="Accuracy counts outputs that are equal to their target. Of continuous ones hardly any "
    "is: it stays near 0 however good the model is.",
    source=f"{_PAGE}; Keras docs, Regression metrics",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse", metrics=["accuracy"])
model.fit(x, prices)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
model.fit(x, prices)
""",
)
def accuracy_of_numbers(facts: Facts) -> Iterator[Hit]:
    """Accuracy where targets are continuous, or unknown behind a linear output."""
    for head in facts.heads:
        name = next((one for one in head.metrics if one in _BY_NAME), None)
        if name is not None and _is_continuous(head):
            yield Hit(
                f'metrics=["{name}"] of {head.loss}, and the targets are continuous',
                'metrics=["mae"], or keras.metrics.R2Score()',
                place_of(head, "metrics"),
                {"metric": name, "loss": head.loss},
            )


def _is_continuous(head: Head) -> bool:
    target = head.target
    if head.loss in (*CATEGORICAL, *SPARSE):
        return False
    if target is None or target.raw or target.whole is None:
        return head.loss in REGRESSION and head.activation == "linear"
    return not target.whole and not target.sums_to_one


@rule(
    "MET02",
    "warn",
    title="the accuracy of other labels",
    why="Each class of accuracy expects labels of one form. With another one it compares numbers "
    "of classes with ones and zeros, and gives a number that means nothing.",
    source=_PAGE,
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile(
    "adam", "sparse_categorical_crossentropy", metrics=[keras.metrics.CategoricalAccuracy()]
)
model.fit(x, labels)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, labels)
""",
)
def other_accuracy(facts: Facts) -> Iterator[Hit]:
    """An accuracy for one-hot rows of numbers of classes, the other way round, or of equality."""
    for head in facts.heads:
        is_of_numbers, is_of_rows = _form(head)
        for name in head.metrics:
            wrong = (name in _OF_ROWS and is_of_numbers) or (name in _OF_NUMBERS and is_of_rows)
            # `Accuracy()`, not "accuracy": whether output and label are equal.
            if wrong or (name == "Accuracy" and head.loss in OF_CLASSES):
                yield Hit(
                    f"{name} does not go with labels of {head.loss}",
                    'metrics=["accuracy"]',
                    place_of(head, "metrics"),
                    {"metric": name, "loss": head.loss},
                )


def _form(head: Head) -> tuple[bool, bool]:
    """Whether labels are numbers of classes, and whether they are rows of probabilities."""
    if (head.units or 0) < 2:
        return False, False
    shape = target_shape(head)
    if shape is None:
        return head.loss in SPARSE, head.loss in CATEGORICAL
    is_row = shape[-1] == head.units
    return shape[-1] == 1 and head.loss in SPARSE, is_row and head.loss in CATEGORICAL


@rule(
    "MET03",
    "warn",
    title="thresholds for probabilities on logits",
    why="With from_logits the model gives logits. Metrics with thresholds take them for "
    "probabilities: 0.5 there is a probability of 0.62, and AUC sees only thresholds from 0 to 1.",
    source="Keras docs, AUC: from_logits; BinaryAccuracy: threshold",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(
    "adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=[keras.metrics.Recall()]
)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", keras.losses.BinaryCrossentropy(), metrics=[keras.metrics.Recall()])
""",
)
def thresholds_on_logits(facts: Facts) -> Iterator[Hit]:
    """Metrics of binary decisions behind a linear output and a loss that takes logits."""
    for head in facts.heads:
        if head.activation != "linear" or not head.from_logits or head.loss not in BINARY:
            continue
        for name in head.metrics:
            settings = head.metric_settings.get(name, {})
            is_told = settings.get("from_logits") is True or settings.get("threshold") == 0
            if is_told or settings.get("thresholds") not in (None, 0.5):
                continue
            if name in (*_WITH_THRESHOLD, *_MILD):
                yield Hit(
                    f"{name} takes the logits of {head.name} for probabilities",
                    "AUC(from_logits=True); BinaryAccuracy(threshold=0); Recall(thresholds=0)",
                    place_of(head, "metrics"),
                    {"metric": name, "from_logits": True},
                    severity="info" if name in _MILD else None,
                )
