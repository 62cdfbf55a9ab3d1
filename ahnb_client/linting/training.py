"""What rules of trainings have in common: which losses they may judge, and by what measure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from . import trends
from .facts import Curve, Facts, Head
from .facts.reading import mapping, number, text

CROSSENTROPY = ("sparse_categorical_crossentropy", "categorical_crossentropy")
BINARY = "binary_crossentropy"
SQUARED = "mean_squared_error"
_ROBUST = ("huber", "mean_absolute_error")
ACCURACIES = (
    "accuracy",
    "acc",
    "sparse_categorical_accuracy",
    "categorical_accuracy",
    "binary_accuracy",
)


def trains_by_compile(facts: Facts) -> bool:
    """Whether the loss is that of compile, and the training step Keras' own.

    What a GAN, an agent or another model with a step of its own calls a loss means what its
    author says: it need not fall.
    """
    module = text(facts.model.get("module"))
    is_plain = module is None or module.startswith(("keras.", "tf_keras."))
    return is_plain and bool(facts.compiled.get("loss"))


def loss_curve(facts: Facts) -> Curve | None:
    """The loss by epoch, where it may be judged and is finite throughout."""
    curve = facts.curve("loss") if trains_by_compile(facts) else None
    return curve if curve is not None and curve.is_finite else None


def only_head(facts: Facts) -> Head | None:
    """The output of a model with one, that trains by what compile says."""
    heads = facts.heads
    return heads[0] if len(heads) == 1 and trains_by_compile(facts) else None


def first_loss(facts: Facts) -> float | None:
    """The loss of the very first batch, before anything was learned."""
    curve = facts.curve("loss", "batch")
    if curve is None or curve.steps[0] != 0 or not math.isfinite(curve.values[0]):
        return None
    return curve.values[0]


def is_weighted(facts: Facts) -> bool:
    """Whether the loss is more than that of the predictions: weights, or penalties of layers."""
    if facts.fit.get("class_weight") or facts.compiled.get("loss_weights"):
        return True
    if "sample_weight" in facts.data:
        return True
    return any(
        word.endswith("_regularizer") and value
        for layer in facts.layers
        for word, value in layer.settings.items()
    ) or any(layer.own or layer.kind == "ActivityRegularization" for layer in facts.layers)


@dataclass(frozen=True)
class Chance:
    """What a model reaches that knows nothing but how often each class comes.

    Attributes:
        loss: the least loss without looking at the input, or a bound that it is below.
        accuracy: the share of the most frequent class; None of numbers.
    """

    loss: float
    accuracy: float | None = None


def chance(facts: Facts) -> Chance | None:
    """What the only output reaches by chance; None where that is not known."""
    head = only_head(facts)
    target = head.target if head else None
    if head is None or target is None or target.raw:
        return None
    if head.loss == SQUARED and target.std and target.shape and target.shape[1:] in ((), (1,)):
        return Chance(target.std**2)
    if head.loss in _ROBUST and target.std:
        # Huber's is at most half the square; a distance on average at most the deviation.
        return Chance(target.std**2 / 2 if head.loss == "huber" else target.std)
    counts = list((target.classes or {}).values())
    if head.loss in (*CROSSENTROPY, BINARY) and len(counts) > 1:
        return Chance(trends.entropy(counts), max(counts) / sum(counts))
    if head.loss == BINARY and target.whole and (target.min, target.max) == (0, 1):
        return Chance(trends.entropy((target.mean or 0.0, 1 - (target.mean or 0.0))))
    return None


def validation_curve(facts: Facts) -> Curve | None:
    """The loss of validation by epoch, where it is that of the predictions and finite."""
    curve = facts.curve("val_loss") if trains_by_compile(facts) else None
    return None if curve is None or not curve.is_finite or is_weighted(facts) else curve


def accuracy_curve(facts: Facts) -> Curve | None:
    """The accuracy by epoch, under whichever name."""
    found = (facts.curve(name) for name in ACCURACIES)
    return next((curve for curve in found if curve is not None and curve.is_finite), None)


def optimizer_in_words(facts: Facts) -> tuple[str, float | None]:
    """The class of the optimizer, and its learning rate."""
    name = text(facts.optimizer.get("class_name"))
    return name or "Adam", number(facts.optimizer.get("learning_rate"))


def slower(facts: Facts, more: str = "") -> str:
    """The line of an optimizer with a tenth of the learning rate."""
    name, rate = optimizer_in_words(facts)
    told = f"learning_rate={rate / 10:.3g}" if rate else "learning_rate=1e-4"
    return f"model.compile(optimizer=keras.optimizers.{name}({told}{more}), …)"


def callback(facts: Facts, name: str) -> Mapping[str, object] | None:
    """The settings of a callback of this class; None where none was given."""
    return mapping(facts.callbacks.get(name)) if name in facts.callbacks else None
