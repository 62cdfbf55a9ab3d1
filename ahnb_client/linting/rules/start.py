"""The loss of the first batch, before anything was learned: it is known what that should be."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..facts import Facts
from ..rule import Hit, rule
from ..training import BINARY, CROSSENTROPY, SQUARED, first_loss, is_weighted, only_head
from .scaling import mend_of_large_outputs
from .words import short

_TIMES = 4  # what a sound start may be over the loss of knowing nothing
_LEAST = 1.5  # and by how much, in nats
_SQUARED_TIMES = 10


@rule(
    "D02",
    "warn",
    title="the first loss is far above that of guessing",
    why="A new classifier should begin near ln(classes). Far above it, the first outputs are "
    "huge: inputs are not scaled, or weights are begun too large, and the first epochs go into "
    "undoing that.",
    source="Karpathy, A Recipe for Training Neural Networks (2019): verify loss at init",
    dynamic=True,
    mend="Inputs that are large: put a keras.layers.Normalization layer first, adapted to them, "
    "or Rescaling(1 / 255) for pictures. Inputs of unit size: begin with smaller weights, as "
    "Keras does by itself, and multiply nothing on the way to the outputs.",
)
def far_off(facts: Facts) -> Iterator[Hit]:
    """Crossentropy of the first batch against ln(classes)."""
    head, loss = only_head(facts), first_loss(facts)
    if head is None or loss is None or is_weighted(facts):
        return
    classes = 2 if head.loss == BINARY else head.units if head.loss in CROSSENTROPY else None
    if not classes or classes < 2:
        return
    expected = math.log(classes)
    if loss > _TIMES * expected and loss - expected > _LEAST:
        yield Hit(
            f"the loss of the first batch is {short(loss)}, that of guessing among {classes} "
            f"classes would be {short(expected)}",
            mend_of_large_outputs(facts),
            {"layer": head.name, "metric": "loss"},
            {"first_loss": loss, "expected": expected, "classes": classes},
        )


@rule(
    "D16",
    "warn",
    title="the first predictions are far larger than the targets",
    why="A new network should begin with outputs of the targets' size or smaller. Far larger ones "
    "come from inputs that are not scaled, or from large weights.",
    source="LeCun et al., Efficient BackProp (1998), 4.3: normalizing the inputs",
    dynamic=True,
    mend="Inputs that are large: put a keras.layers.Normalization layer first, adapted to them. "
    "Inputs of unit size: begin with smaller weights, and multiply nothing on the way.",
)
def too_large(facts: Facts) -> Iterator[Hit]:
    """Squared error of the first batch against the mean square of the targets."""
    head, loss = only_head(facts), first_loss(facts)
    if head is None or loss is None or head.loss != SQUARED or is_weighted(facts):
        return
    target = head.target
    if target is None or target.raw or target.mean is None or target.std is None:
        return
    expected = target.std**2 + target.mean**2
    if expected > 0 and loss > _SQUARED_TIMES * expected:
        yield Hit(
            f"the squared error of the first batch is {short(loss)}, predicting 0 would have "
            f"{short(expected)}",
            mend_of_large_outputs(facts),
            {"layer": head.name, "metric": "loss"},
            {"first_loss": loss, "expected": expected},
        )
