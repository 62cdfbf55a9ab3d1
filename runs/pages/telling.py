"""Which parameters tell most: a person's own, then what was chosen for the training."""

from __future__ import annotations

# What somebody chooses for a training with Keras, in the order in which one asks for it.
CHOSEN = (
    "optimizer.name",
    "optimizer.learning_rate",
    "optimizer.schedule.class_name",
    "fit.batch_size",
    "fit.epochs",
    "compile.loss",
)
# Where the client puts what it read from Keras.
CAPTURED = ("optimizer", "fit", "compile", "callbacks")
# Speed and bookkeeping, or said by another parameter.
SELDOM = (
    "fit.verbose",
    "fit.steps",
    "fit.shuffle",
    "initial_epoch",
    "optimizer.class_name",
    "path",
    "seed",
    "version",
)


def importance(name: str) -> int:
    """The place of a parameter's group, small for what tells most; for a stable sort."""
    if any(part in name for part in SELDOM):
        return len(CHOSEN) + 2
    if name in CHOSEN:
        return 1 + CHOSEN.index(name)
    return len(CHOSEN) + 1 if name.partition(".")[0] in CAPTURED else 0


def tells(name: str) -> bool:
    """Whether a column of its own is worth its room."""
    return not any(part in name for part in SELDOM)
