"""Trainings that learn nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts
from ..rule import Hit, rule
from ..training import accuracy_curve, chance, loss_curve, validation_curve
from ..trends import relative_range
from .words import short

_EPOCHS = 6  # fewer may be a warm-up
_LITTLE = 0.005  # relative change of a loss that stands still
_SAME = 1e-6
_ALL = 0.98  # of the loss of knowing nothing
_NOTHING = 1e-4  # below it a loss has nowhere to go


@rule(
    "D03",
    "warn",
    title="no better than always saying the most frequent class",
    why="An accuracy that stays at the share of the most frequent class, while the loss stands "
    "still, is that of a model which does not look at its input.",
    source="Karpathy, A Recipe for Training Neural Networks (2019): input-independent baseline",
    dynamic=True,
    mend="Check that x and y belong together and that the loss fits; then try another "
    "learning rate.",
)
def majority(facts: Facts) -> Iterator[Hit]:
    """Accuracy within two standard errors of the majority class, and a loss that stands still."""
    known, accuracy, loss = chance(facts), accuracy_curve(facts), loss_curve(facts)
    if known is None or known.accuracy is None or accuracy is None or loss is None:
        return
    if len(accuracy) < _EPOCHS or len(loss) < _EPOCHS:
        return
    share, rows = known.accuracy, facts.rows or 1_000
    error = 2 * (share * (1 - share) / rows) ** 0.5
    newest = accuracy.values[-_EPOCHS:]
    stands = relative_range(loss.values[-_EPOCHS:]) < _LITTLE
    if stands and all(value <= share + error for value in newest):
        yield Hit(
            f"for {_EPOCHS} epochs the accuracy is {short(max(newest))} at most; always saying "
            f"the most frequent class has {short(share)}",
            "check that x and y belong together and the loss fits; then try another learning rate",
            {"metric": accuracy.name},
            {"accuracy": list(newest), "majority": share, "two_errors": error},
        )


@rule(
    "D04",
    "warn",
    title="the loss never left that of knowing nothing",
    why="A loss that stands still where constant predictions are means that no gradient arrives, "
    "or that the inputs say nothing of the targets. A validation loss that was never below it "
    "means that what is learned holds for no other rows.",
    source="Karpathy, A Recipe for Training Neural Networks (2019): input-independent baseline",
    dynamic=True,
    mend="Check that x and y belong together; then try another learning rate.",
)
def stands_still(facts: Facts) -> Iterator[Hit]:
    """A loss at the entropy of the classes or the variance of the targets: flat, or validated."""
    yield from _never_carries_over(facts)
    known, loss = chance(facts), loss_curve(facts)
    if known is None or loss is None or len(loss) < _EPOCHS or accuracy_curve(facts) is not None:
        return
    newest = loss.values[-_EPOCHS:]
    if relative_range(newest) < _LITTLE and min(newest) > _ALL * known.loss > 0:
        yield Hit(
            f"for {_EPOCHS} epochs the loss is {short(min(newest))} at least; the best constant "
            f"prediction has {short(known.loss)}",
            "check that x and y belong together; then try another learning rate",
            {"metric": "loss"},
            {"loss": list(newest), "constant": known.loss},
        )


def _never_carries_over(facts: Facts) -> Iterator[Hit]:
    """What was learned in whichever epoch helped in no row of the validation."""
    known, loss = chance(facts), validation_curve(facts)
    if known is None or loss is None or len(loss) < _EPOCHS:
        return
    if min(loss.values) > _ALL * known.loss > 0:
        yield Hit(
            f"in {len(loss)} epochs the validation loss is {short(min(loss.values))} at least; the "
            f"best constant prediction has {short(known.loss)}",
            "check that x and y belong together, in training and in validation",
            {"metric": "val_loss"},
            {"least": min(loss.values), "constant": known.loss},
        )


@rule(
    "D13",
    "warn",
    title="the loss is the same in each epoch",
    why="Equal to six digits and more, epoch after epoch: the weights do not change.",
    source="Keras docs, Transfer learning: freezing layers, and recompiling after it",
    dynamic=True,
    mend="Check the learning rate, that layers are trainable, and that gradients reach them.",
)
def the_same(facts: Facts) -> Iterator[Hit]:
    """A loss above zero that does not change at all from the first epoch on."""
    loss = loss_curve(facts)
    if loss is None or len(loss) < 4 or min(loss.values) < _NOTHING:
        return
    if relative_range(loss.values) < _SAME:
        yield Hit(
            f"the loss is {short(loss.last)} in all of {len(loss)} epochs",
            "check the learning rate, that layers are trainable, and that gradients reach them",
            {"metric": "loss"},
            {"value": loss.last, "range": relative_range(loss.values)},
        )


@rule(
    "D17",
    "warn",
    title="the loss is zero from the beginning",
    why="A loss of exactly 0 before anything was learned compares something with itself, or has "
    "nothing to compare: nothing can be learned from it.",
    source="Keras docs, Losses",
    dynamic=True,
    mend="Check what y holds, and that the loss fits the last layer.",
)
def zero(facts: Facts) -> Iterator[Hit]:
    """A loss of exactly 0 in the first epoch and all others."""
    loss = loss_curve(facts)
    if loss is not None and len(loss) > 1 and not any(loss.values) and loss.steps[0] == 0:
        yield Hit(
            f"the loss is exactly 0 in all of {len(loss)} epochs",
            "check what y holds, and that the loss fits the last layer",
            {"metric": "loss"},
            {"epochs": len(loss)},
        )
