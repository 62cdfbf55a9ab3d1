"""Initial weights and what holds weights small."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ..facts import Facts, Layer
from ..facts.layers import PASSING, RECURRENT
from ..facts.reading import finite, mapping, text
from ..rule import Hit, rule

_GLOROT = "Glorot and Bengio: Understanding the difficulty of training deep networks, 2010"
_BOOK = "Goodfellow, Bengio, Courville: Deep Learning"
_MOST = 0.1
# What carries a layer's units to the next weights one by one.
_CARRYING = (*PASSING, "Activation", "ReLU", "LeakyReLU", "ELU", "BatchNormalization")
_CARRYING_POOLS = ("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")


@rule(
    "INIT01",
    "error",
    title="all units of a hidden layer begin alike",
    why="Units with the same weights get the same gradients and stay the same for ever: the layer "
    "is as good as a single unit, and with zeros nothing behind it learns.",
    source=f"{_BOOK}, 8.4: symmetry between units",
    found="""
model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(16, activation="relu", kernel_initializer="zeros"),
        layers.Dense(1),
    ]
)
""",
    sound="""
model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, kernel_initializer="zeros"),
    ]
)
""",
)
def all_alike(facts: Facts) -> Iterator[Hit]:
    """A hidden layer with constant initial weights, straight before further weights."""
    for layer in facts.layers:
        if layer.own or not (layer.is_weighted or layer.kind in RECURRENT):
            continue
        kind = text(_initializer(layer).get("class")) or ""
        if kind not in ("Zeros", "Ones", "Constant") or (layer.units or 0) < 2:
            continue
        behind = facts.graph.next(layer, (*_CARRYING, *_CARRYING_POOLS))
        if layer.trainable is not False and behind and all(one.is_weighted for one in behind):
            yield Hit(
                f"all {layer.units} units of {layer.name} begin with the same weights: {kind}",
                f'{layer.kind}(…, kernel_initializer="glorot_uniform")',
                {"layer": layer.name},
                {"kernel_initializer": kind, "units": layer.units},
            )


@rule(
    "INIT02",
    "warn",
    title="large initial weights",
    why="Initial weights should keep the size of what goes through a layer. Ten times larger "
    "ones saturate it or make the loss explode in the first step.",
    source=_GLOROT,
    found="""
model = keras.Sequential(
    [
        keras.Input((400,)),
        layers.Dense(16, kernel_initializer=keras.initializers.RandomNormal(stddev=1.0)),
    ]
)
""",
    sound="""
model = keras.Sequential(
    [
        keras.Input((400,)),
        layers.Dense(16, kernel_initializer=keras.initializers.RandomNormal(stddev=0.05)),
    ]
)
""",
)
def too_large(facts: Facts) -> Iterator[Hit]:
    """Random initial weights that make a layer's outputs over ten times its inputs."""
    for layer in facts.layers:
        spread, inputs = _spread(_initializer(layer)), _inputs(layer)
        if layer.own or spread is None or not inputs or layer.trainable is False:
            continue
        gain = spread * math.sqrt(inputs)
        if gain > 10:
            yield Hit(
                f"initial weights of {layer.name} have a standard deviation of {spread:.3g}: with "
                f"{inputs:,} inputs its outputs are {gain:.3g} times as large",
                f'{layer.kind}(…, kernel_initializer="glorot_uniform")',
                {"layer": layer.name},
                {"stddev": spread, "inputs": inputs, "gain": gain},
            )


def _initializer(layer: Layer) -> Mapping[str, Any]:
    return mapping(layer.settings, "kernel_initializer")


def _spread(initializer: Mapping[str, Any]) -> float | None:
    """The standard deviation of weights that do not depend on the layer's size."""
    kind = initializer.get("class")
    if kind in ("RandomNormal", "TruncatedNormal"):
        return finite(initializer.get("stddev"))
    low, high = finite(initializer.get("minval")), finite(initializer.get("maxval"))
    if kind == "RandomUniform" and low is not None and high is not None:
        return (high - low) / math.sqrt(12)
    return None


def _inputs(layer: Layer) -> int | None:
    """How many inputs one unit has, where that is known."""
    width = layer.input_shape[-1] if layer.input_shape else None
    if width is None or layer.kind not in ("Dense", "Conv1D", "Conv2D", "Conv3D"):
        return None
    sizes = layer.settings.get("kernel_size")
    for size in sizes if isinstance(sizes, (list, tuple)) else ():
        width *= size if isinstance(size, int) else 1
    return width if width > 0 else None


@rule(
    "REG01",
    "warn",
    title="strong L2 regularization",
    why="The penalty grows with the square of all weights. Above 0.1 it outweighs most losses, "
    "and the weights go to zero instead of to a solution.",
    source=f"{_BOOK}, 7.1.1; Keras docs, Layer weight regularizers",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, kernel_regularizer=L2(1.0))])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, kernel_regularizer=L2(0.01))])
""",
)
def strong_squares(facts: Facts) -> Iterator[Hit]:
    """A kernel's L2 factor above 0.1."""
    yield from _strong(facts, "l2")


@rule(
    "REG02",
    "warn",
    title="strong L1 regularization",
    why="Its pull is the same however small a weight is: above 0.1 it takes most of them to zero "
    "whatever the data say.",
    source=f"{_BOOK}, 7.1.2; Keras docs, Layer weight regularizers",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, kernel_regularizer=L1(0.5))])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, kernel_regularizer=L1(0.001))])
""",
)
def strong_sums(facts: Facts) -> Iterator[Hit]:
    """A kernel's L1 factor above 0.1."""
    yield from _strong(facts, "l1")


def _strong(facts: Facts, name: str) -> Iterator[Hit]:
    for layer in facts.layers:
        factor = finite(mapping(layer.settings, "kernel_regularizer").get(name))
        if factor is not None and factor > _MOST and not layer.own and layer.trainable is not False:
            yield Hit(
                f"{layer.name} has an {name.upper()} penalty of {factor:g}",
                f"kernel_regularizer=keras.regularizers.{name.upper()}(1e-4)",
                {"layer": layer.name},
                {name: factor},
            )


@rule(
    "REG03",
    "warn",
    title="strong weight decay",
    why="Decoupled weight decay takes this part of each weight times the learning rate in every "
    "step. Published models use 0.01 to 0.3.",
    source="Loshchilov and Hutter: Decoupled Weight Decay Regularization, 2019",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.AdamW(weight_decay=2.0), "mse")
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(keras.optimizers.AdamW(weight_decay=0.05), "mse")
""",
)
def strong_decay(facts: Facts) -> Iterator[Hit]:
    """An optimizer's weight decay above 0.5."""
    decay = finite(facts.optimizer.get("weight_decay"))
    if decay is not None and decay > 0.5:
        kind = text(facts.optimizer.get("class_name")) or "the optimizer"
        yield Hit(
            f"{kind} has a weight decay of {decay:g}",
            "weight_decay=0.01",
            {"argument": "optimizer"},
            {"weight_decay": decay},
        )
