"""What training did to the weights, layer by layer (`weights` of the facts)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from ..facts import Facts
from ..facts.reading import Json, listing, mapping, number
from ..rule import Hit, rule
from ..training import slower, trains_by_compile

_STUCK, _MOVES = 1e-7, 1e-4
_LEAPS = 10.0  # times their own size in one epoch
_DEAD = 0.7  # the part of a layer's units
_SOME = 0.5  # another layer moves more than the other part of its units
_RELUS = ("relu", "relu6")


def _by_layer(facts: Facts, word: str) -> dict[str, Sequence[float]]:
    found: Mapping[str, Json] = mapping(facts.weights, "layers")
    lists = {name: listing(mapping(one).get(word)) for name, one in found.items()}
    return {
        name: [value for value in map(number, values) if value is not None]
        for name, values in lists.items()
        if values
    }


@rule(
    "D08",
    "warn",
    title="a layer does not learn",
    why="While others change, its weights stay as they are: no gradient reaches it. A branch "
    "without a loss, an operation without a gradient, or units that are all dead.",
    source="Karpathy, CS231n (2016): ratio of weights and updates",
    dynamic=True,
    mend="Connect the layer to an output with a loss, or set its trainable to False where it "
    "is meant to stay.",
)
def stuck(facts: Facts) -> Iterator[Hit]:
    """A trainable layer whose weights did not change in two epochs in which others did."""
    updates = _by_layer(facts, "update")
    newest = {name: values[-2:] for name, values in updates.items() if len(values) >= 2}
    if not trains_by_compile(facts):
        return
    moving = max((min(values) for values in newest.values()), default=0.0)
    for name, values in newest.items():
        layer = facts.graph.by_name.get(name)
        if layer is not None and layer.trainable is False:
            continue
        if max(updates[name]) < _STUCK and moving > _MOVES:
            yield Hit(
                f"the weights of {name} changed by {max(values):.1g} of their size in an epoch, "
                f"those of another layer by {moving:.1g}",
                "connect the layer to an output with a loss, or set trainable = False",
                {"layer": name},
                {"update": list(values), "other": moving},
            )


@rule(
    "D18",
    "warn",
    title="a layer's weights leap",
    why="Weights that change by many times their own size in one epoch forget what they were: the "
    "learning rate is too high.",
    source="Karpathy, CS231n (2016): ratio of weights and updates",
    dynamic=True,
    mend="A lower learning rate, and clipnorm=1.0 of the optimizer.",
)
def leaps(facts: Facts) -> Iterator[Hit]:
    """A change within an epoch of more than ten times the size of the weights."""
    for name, values in _by_layer(facts, "update").items():
        largest = max((value for value in values if math.isfinite(value)), default=0.0)
        if largest > _LEAPS:
            yield Hit(
                f"in one epoch the weights of {name} changed by {largest:.3g} times their size",
                slower(facts, ", clipnorm=1.0"),
                {"layer": name},
                {"update": largest},
            )


@rule(
    "D09",
    "warn",
    title="units are dead",
    why="A relu unit that is never above zero for any input gives nothing and gets no gradient: it "
    "stays dead.",
    source="Lu et al., Dying ReLU and Initialization (2020)",
    dynamic=True,
    mend="A lower learning rate, a bias that begins with zeros, or activation='leaky_relu'.",
)
def dead(facts: Facts) -> Iterator[Hit]:
    """A relu layer most of whose units got no gradient twice, while other layers learned.

    A bias gets a gradient for each row for which its unit is above zero; one that is the same to
    the last bit after an epoch got none in it. What lies before such a layer gets none either,
    dead or not: of several only the last is named.
    """
    still = {name: values[-2:] for name, values in _by_layer(facts, "still").items()}
    if not trains_by_compile(facts) or min(map(max, still.values()), default=1.0) > _SOME:
        return
    for layer in reversed(facts.layers):
        values = still.get(layer.name, [])
        is_thawed = layer.name in listing(facts.compiled.get("thawed"))
        if layer.activation not in _RELUS or is_thawed or len(values) < 2:
            continue
        if min(values) >= _DEAD:
            yield Hit(
                f"{values[-1]:.0%} of the units of {layer.name} got no gradient in the last "
                "epochs, while others learned: their relu gives 0 for every row",
                f"bias_initializer='zeros', {slower(facts)}, or activation='leaky_relu'",
                {"layer": layer.name},
                {"still": list(values)},
            )
            return
