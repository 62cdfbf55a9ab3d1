"""The last layer: what it can give at all."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts import Facts, Head, Layer
from ..rule import Hit, rule
from .words import OF_CLASSES, RANGES, REGRESSION, place_of, short


@rule(
    "OUT01",
    "error",
    title="softmax over a single value",
    why="Softmax divides each value by their sum: of a single one it is 1 whatever the input, "
    "and no gradient comes back through it.",
    source="Goodfellow, Bengio, Courville: Deep Learning, 6.2.2.3; Keras docs, Softmax",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
""",
)
def softmax_of_one(facts: Facts) -> Iterator[Hit]:
    """A layer whose softmax goes over an axis of length 1."""
    for layer in facts.layers:
        if layer.activation == "softmax" and not layer.own and _softmax_length(layer) == 1:
            units = "Dense(1" if layer.kind == "Dense" else f"{layer.kind}(…"
            yield Hit(
                f"{layer.kind} takes the softmax over an axis of length 1: its output is always 1",
                f'{units}, activation="sigmoid") for two classes, or a unit for each class',
                {"layer": layer.name},
                {"output_shape": list(layer.output_shape or ())},
            )


def _softmax_length(layer: Layer) -> int | None:
    axis = layer.settings.get("axis", -1) if layer.kind == "Softmax" else -1
    shape = layer.output_shape or ()
    if not isinstance(axis, int) or isinstance(axis, bool) or not -len(shape) <= axis < len(shape):
        return None
    return shape[axis]


@rule(
    "OUT02",
    "error",
    title="targets that the output cannot reach",
    why="An activation bounds what a model can say. Targets beyond its bounds leave an error that "
    "no training removes, and push the units into saturation, where gradients vanish.",
    source="Goodfellow, Bengio, Courville: Deep Learning, 6.2.2",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "mse")
model.fit(x, prices)
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "mse")
model.fit(x, prices / prices.max())
""",
)
def out_of_reach(facts: Facts) -> Iterator[Hit]:
    """A regression whose last activation is bounded more narrowly than its targets."""
    for head in facts.heads:
        bounds = RANGES.get(head.activation or "")
        target = head.target
        if head.loss not in REGRESSION or bounds is None or target is None or target.raw:
            continue
        if target.min is None or target.max is None:
            continue
        slack = 0.01 * max(1.0, target.std or 0.0)
        if target.min < bounds[0] - slack or target.max > bounds[1] + slack:
            yield _unreachable(head, target.min, target.max, bounds)


def _unreachable(head: Head, low: float, high: float, bounds: tuple[float, float]) -> Hit:
    return Hit(
        f"targets lie between {short(low)} and {short(high)}, {head.activation} gives values "
        f"between {short(bounds[0])} and {short(bounds[1])}",
        f"Dense({head.units or 1}) without activation, or targets scaled into that range",
        place_of(head),
        {"target": [low, high], "activation": head.activation, "range": list(map(str, bounds))},
    )


@rule(
    "OUT03",
    "warn",
    title="logits cut off by an activation",
    why="With from_logits=True the loss applies softmax or sigmoid to any number. A relu before "
    "it lets no logit be negative, so no class can become unlikely.",
    source="Keras docs, Probabilistic losses: from_logits",
    found="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="relu")])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
""",
    sound="""
model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
""",
)
def cut_logits(facts: Facts) -> Iterator[Hit]:
    """An output with an activation that cuts, for a loss that takes logits."""
    for head in facts.heads:
        cuts = head.activation in ("relu", "relu6", "tanh", "softplus", "exponential")
        if head.from_logits and head.loss in OF_CLASSES and cuts:
            bounds = RANGES[head.activation or "relu"]
            yield Hit(
                f"{head.loss} takes logits, but {head.activation} keeps them between "
                f"{short(bounds[0])} and {short(bounds[1])}",
                f"Dense({head.units or 'classes'}) without activation",
                place_of(head),
                {"activation": head.activation, "from_logits": True},
            )
