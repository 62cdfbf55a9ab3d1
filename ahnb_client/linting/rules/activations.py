"""Activations between the layers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..facts import Facts, Layer
from ..facts.reading import listing
from ..rule import Hit, rule

_MAPS = ("Dense", "Conv1D", "Conv2D", "Conv3D")
# What may stand between two linear maps without making more of them.
_BETWEEN = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "Flatten", "Reshape", "Identity")
_BOOK = "Goodfellow, Bengio, Courville: Deep Learning"


@rule(
    "ACT01",
    "warn",
    title="two layers without an activation between them",
    why="Two linear maps after one another are one linear map: the second layer adds parameters, "
    "but nothing that the model could not say before.",
    source=f"{_BOOK}, 6.1; Keras docs, Dense: activation=None is linear",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(32), layers.Dense(1)])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
""",
)
def still_linear(facts: Facts) -> Iterator[Hit]:
    """A linear layer of which every successor is a layer with weights."""
    outputs = {head.name for head in facts.heads}
    for layer in facts.layers:
        if not _is_plain_map(layer) or layer.name in outputs:
            continue
        behind = facts.graph.next(layer, _BETWEEN)
        if behind and all(_is_map(one) for one in behind) and not _narrows(layer, behind):
            names = ", ".join(one.name for one in behind)
            yield Hit(
                f"{layer.kind} has no activation, and {names} follows: together they are linear",
                f'{layer.kind}({layer.units}, activation="relu")',
                {"layer": layer.name},
                {"next": [one.name for one in behind], "units": layer.units},
            )


def _is_map(layer: Layer) -> bool:
    return layer.kind in _MAPS and not layer.own and layer.calls == 1


def _is_plain_map(layer: Layer) -> bool:
    return _is_map(layer) and layer.activation == "linear" and bool(layer.units)


def _narrows(layer: Layer, behind: list[Layer]) -> bool:
    """Whether the layer is there to pass on less: an embedding, a code, a factor of a matrix."""
    width = _width(layer)
    if width is None or layer.units is None:
        return True  # unknown
    if layer.units >= width:
        return False
    if len(layer.output_shape or ()) > 2 and any(len(one.input_shape or ()) == 2 for one in behind):
        return True  # flattened: the same few values of each place
    widest = max((one.units or 0) for one in behind)
    is_pointwise = layer.kind != "Dense" and set(_sizes(layer)) <= {1}
    return layer.units < widest or (is_pointwise and layer.units == widest)


def _width(layer: Layer) -> int | None:
    """How many values a unit has as inputs, of a convolution at one place."""
    width = layer.input_shape[-1] if layer.input_shape else None
    sizes = _sizes(layer)
    if width is not None and sizes and sizes == layer.settings.get("strides"):
        return width * math.prod(sizes)  # patches, one beside the other
    return width


def _sizes(layer: Layer) -> list[int]:
    found = layer.settings.get("kernel_size")
    return [size for size in listing(found) if isinstance(size, int)]


@rule(
    "ACT02",
    "warn",
    title="softmax between the layers",
    why="Softmax makes its values add up to 1: of a hidden layer's units hardly one gets through, "
    "and the gradients of all others are nearly zero.",
    source=f"{_BOOK}, 6.2.2.3, 6.3",
    found="""
model = keras.Sequential(
    [keras.Input((8,)), layers.Dense(16, activation="softmax"), layers.Dense(1)]
)
""",
    sound="""
model = keras.Sequential(
    [keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")]
)
""",
)
def hidden_softmax(facts: Facts) -> Iterator[Hit]:
    """A layer with softmax whose values go into further layers with weights."""
    outputs = {head.name for head in facts.heads}
    for layer in facts.layers:
        is_softmax = layer.activation == "softmax" and not layer.own and not layer.is_operation
        if is_softmax and layer.name not in outputs and _feeds_maps(facts, layer):
            yield Hit(
                f"{layer.kind} gives a softmax to {facts.graph.next(layer)[0].name}",
                'activation="relu" in hidden layers',
                {"layer": layer.name},
                {"activation": "softmax", "units": layer.units},
            )


@rule(
    "ACT03",
    "warn",
    title="several hidden layers with sigmoid",
    why="The slope of a sigmoid is at most 1/4, so that gradients shrink fourfold and more with "
    "each layer: the first ones hardly learn.",
    source="Glorot and Bengio: Understanding the difficulty of training deep feedforward neural "
    f"networks, 2010; {_BOOK}, 6.3.2",
    found="""
hidden = [layers.Dense(16, activation="sigmoid") for _ in range(2)]
model = keras.Sequential([keras.Input((8,)), *hidden, layers.Dense(1)])
""",
    sound="""
hidden = [layers.Dense(16, activation="tanh") for _ in range(2)]
model = keras.Sequential([keras.Input((8,)), *hidden, layers.Dense(1, activation="sigmoid")])
""",
)
def stacked_sigmoids(facts: Facts) -> Iterator[Hit]:
    """At least two layers with sigmoid that go straight into further layers with weights."""
    outputs = {head.name for head in facts.heads}
    found = [
        layer
        for layer in facts.layers
        if layer.activation == "sigmoid" and layer.kind in (*_MAPS, "Activation") and not layer.own
        and layer.name not in outputs and _feeds_maps(facts, layer)
    ]  # fmt: skip
    if len(found) >= 2:
        yield Hit(
            f"{len(found)} hidden layers have sigmoid: {', '.join(one.name for one in found[:5])}",
            'activation="relu"',
            {"layer": found[0].name},
            {"layers": [one.name for one in found[:20]]},
        )


def _feeds_maps(facts: Facts, layer: Layer) -> bool:
    """Whether its values go into layers with weights, not into gates or attention."""
    behind = facts.graph.next(layer)
    return bool(behind) and all(_is_map(one) for one in behind)
