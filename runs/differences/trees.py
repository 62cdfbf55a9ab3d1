"""The layers of a model as trees: those that lie in no other, with all that is inside of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from .names import anonymous

Layer = Mapping[str, Any]
DEEPEST = 32
# What was chosen for a layer; all else follows from it, or from the layers around.
CHOSEN = ("class", "units", "activation", "dtype", "trainable", "settings")


@dataclass
class Node:
    """A layer with those inside of it; `own` and `whole` are equal for layers that are alike."""

    place: int
    name: str
    kind: str
    own: str
    children: list[Node] = field(default_factory=list)
    whole: str = ""

    @property
    def order(self) -> str:
        return f"{self.whole}\0{self.name}"

    def is_free(self, taken: Set[int]) -> bool:
        """Whether neither it nor anything inside of it is among these identities."""
        return taken.isdisjoint(id(node) for node in self.walk())

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Forest:
    """The layers that lie in no other; and of each layer, by its place, the place of the one that
    holds it (None for none) and how many it lies inside of."""

    roots: list[Node]
    holders: list[int | None]
    depths: list[int]


def forest(layers: Sequence[Layer]) -> Forest:
    """Nested layers stand right after the one that holds them."""
    found = Forest([], [], [])
    nodes: list[Node] = []
    above: list[Node] = []
    for place, layer in enumerate(layers):
        node = Node(place, str(layer.get("name")), str(layer.get("class")), _own(layer))
        parent = layer.get("parent")
        while above and (parent is None or above[-1].name != parent):
            above.pop()
        found.holders.append(above[-1].place if above else None)
        found.depths.append(len(above))
        (above[-1].children if above else found.roots).append(node)
        nodes.append(node)
        if len(above) < DEEPEST:
            above.append(node)
    for node in reversed(nodes):  # what is inside of a layer stands behind it
        _seal(node)
    return found


def _seal(node: Node) -> None:
    text = "\n".join([node.own, *(child.whole for child in node.children)])
    node.whole = blake2b(text.encode(), digest_size=12).hexdigest()


def _own(layer: Layer) -> str:
    chosen = {key: anonymous(layer[key]) for key in CHOSEN if layer.get(key) is not None}
    return orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
