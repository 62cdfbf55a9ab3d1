"""Words that rules have in common: names of losses, ranges of activations, numbers in text."""

from __future__ import annotations

import math

from ...words import numbered
from ..facts import Head

SPARSE = ("sparse_categorical_crossentropy",)
CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy")
BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
OF_CLASSES = (*SPARSE, *CATEGORICAL, *BINARY)
REGRESSION = (
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
)
# What an activation can give, from lowest to highest.
RANGES: dict[str, tuple[float, float]] = {
    "linear": (-math.inf, math.inf),
    "leaky_relu": (-math.inf, math.inf),
    "prelu": (-math.inf, math.inf),
    "elu": (-1.0, math.inf),
    "selu": (-1.76, math.inf),
    "gelu": (-0.17, math.inf),
    "silu": (-0.28, math.inf),
    "swish": (-0.28, math.inf),
    "mish": (-0.31, math.inf),
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
}


def short(value: float | None) -> str:
    """A number as people write it: ``0.001``, ``1.5e-07``, ``255``."""
    return "?" if value is None else f"{value:.4g}"


def counted(number: int, word: str) -> str:
    """``1 unit``, ``3 units``; ``2 classes``."""
    return numbered(number, word)


def place_of(head: Head, argument: str | None = None) -> dict[str, str]:
    """Where a head is, and which argument of compile or fit is meant."""
    return {"layer": head.name} | ({"argument": argument} if argument else {})


def data_of(head: Head) -> dict[str, str]:
    """Where the targets of a head are."""
    return {"layer": head.name, "data": head.target.path if head.target else "y"}


def rank(head: Head) -> int | None:
    """The number of axes of an output, the batch included."""
    return len(head.output_shape) if head.output_shape else None


def target_shape(head: Head) -> tuple[int | None, ...] | None:
    """The form of the targets as the loss gets them: Keras makes ``(n,)`` into ``(n, 1)``."""
    if head.target is None or head.target.raw or not head.target.shape:
        return None
    shape = head.target.shape
    return (*shape, 1) if len(shape) == 1 else shape
