"""The graph of a model as boxes and arrows: cleaned, without cycles, long chains in one box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .reading import Architecture, Layer, Shape, listed, mapping, named_pairs, shapes_of, text

MOST_EDGES = 20_000
# A graph with fewer boxes is drawn whole, unless asked otherwise.
SMALL = 24
LONG_CHAIN = 3
ALONG = ("BatchNormalization", "LayerNormalization", "Activation", "ReLU", "Dropout")


@dataclass(frozen=True)
class Box:
    """One box of the graph: a layer or operation, or a chain of them, in their order."""

    names: tuple[str, ...]
    layers: tuple[Layer | None, ...]
    kinds: tuple[str, ...]
    made: Shape = ()
    gives_output: bool = False

    @property
    def first(self) -> Layer | None:
        return next((layer for layer in self.layers if layer is not None), None)

    @property
    def kind_counts(self) -> list[tuple[str, int]]:
        """How many there are of each class; what only goes along with others comes last."""
        counts = Counter(self.kinds).most_common()
        return sorted(counts, key=lambda entry: entry[0] in ALONG)


@dataclass(frozen=True)
class Graph:
    """Boxes, and arrows between them by their places; `returning` edges led back and were left."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int], ...]
    returning: int = 0
    is_folded: bool = False

    @property
    def is_chain(self) -> bool:
        """Whether each box but the first follows the one before it, and nothing else."""
        return list(self.arrows) == [(place, place + 1) for place in range(len(self.boxes) - 1)]


def graph_of(model: Architecture, within: Layer | None = None, *, whole: bool = False) -> Graph:
    """The graph of the model, or of one `within` it; empty where none is recorded.

    Each arrow leads from a box to a later one.

    Args:
        whole: leave long chains as they are, which a small graph and one that is nothing but a
            chain are left in any case.
    """
    edges = _edges(model, within)
    boxes = _boxes(model, within, edges)
    if not edges and len(boxes) > 1:
        return Graph((), ())
    ends = {box.names[0]: place for place, box in enumerate(boxes)}
    arrows = [(ends[source], ends[target]) for source, target in edges if source != target]
    forward, returning = _acyclic(len(boxes), arrows)
    graph = Graph(tuple(boxes), tuple(forward), returning)
    ordered = _in_order(graph)
    is_small = len(boxes) <= SMALL or ordered.is_chain
    return ordered if whole or is_small else folded(ordered)


def _edges(model: Architecture, within: Layer | None) -> list[tuple[str, str]]:
    if within is None:
        edges = named_pairs(model.document.get("edges"), MOST_EDGES)
        if edges or text(model.document.get("kind")) != "sequential":
            return edges
    else:
        inner = mapping(model.document.get("inner_edges"))
        edges = named_pairs(inner.get(within.name), MOST_EDGES)
        if edges or within.kind != "Sequential":
            return edges
    names = [layer.name for layer in _members(model, within)]
    return list(dict.fromkeys(pairwise(names)))


def _members(model: Architecture, within: Layer | None) -> list[Layer]:
    place = None if within is None else within.place
    return [layer for layer in model.layers if layer.parent == place]


def _boxes(
    model: Architecture, within: Layer | None, edges: Iterable[tuple[str, str]]
) -> list[Box]:
    """A box for each layer, and for each name that only an edge tells."""
    parent = None if within is None else within.name
    operations = {
        text(one.get("name")): one
        for one in map(mapping, listed(model.document.get("operations"))[:2_000])
        if one.get("parent") == parent
    }
    layers: dict[str, Layer] = {}
    for layer in _members(model, within):
        layers.setdefault(layer.name, layer)
    told = listed(model.document.get("output_layers"))[:1_000] if within is None else []
    outputs = {text(name) for name in told}
    names = dict.fromkeys([*layers, *(end for edge in edges for end in edge)])
    return [
        _box(name, layers.get(name), operations.get(name, {}), name in outputs) for name in names
    ]


def _box(
    name: str, layer: Layer | None, operation: Mapping[str, object], gives_output: bool
) -> Box:
    kind = layer.kind if layer else text(operation.get("class"))
    made = layer.outputs if layer else shapes_of(operation.get("output_shape"))
    return Box((name,), (layer,), (kind,), made[0] if made else (), gives_output)


def _acyclic(size: int, arrows: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], int]:
    """The arrows without those that lead back to where a walk came from, and how many those are."""
    after: list[list[int]] = [[] for _ in range(size)]
    for source, target in arrows:
        after[source].append(target)
    forward: list[tuple[int, int]] = []
    state = [0] * size  # 1 while the walk stands below it, 2 when all below it was seen
    for root in range(size):
        if state[root]:
            continue
        state[root] = 1
        walk = [(root, iter(after[root]))]
        while walk:
            place, rest = walk[-1]
            target = next(rest, -1)
            if target < 0:
                state[place] = 2
                walk.pop()
            elif state[target] != 1:
                forward.append((place, target))
                if not state[target]:
                    state[target] = 1
                    walk.append((target, iter(after[target])))
    return forward, len(arrows) - len(forward)


def _in_order(graph: Graph) -> Graph:
    """The same graph with its boxes so that every arrow leads to a later one."""
    waiting = [0] * len(graph.boxes)
    after = neighbours(len(graph.boxes), graph.arrows)
    for _, target in graph.arrows:
        waiting[target] += 1
    ready = [place for place in reversed(range(len(waiting))) if not waiting[place]]
    order: list[int] = []
    while ready:
        place = ready.pop()
        order.append(place)
        for target in reversed(after[place]):
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return _renumbered(graph, order)


def _renumbered(graph: Graph, order: Sequence[int]) -> Graph:
    places = {old: new for new, old in enumerate(order)}
    arrows = sorted((places[source], places[target]) for source, target in graph.arrows)
    boxes = tuple(graph.boxes[old] for old in order)
    return Graph(boxes, tuple(arrows), graph.returning, graph.is_folded)


def neighbours(size: int, arrows: Iterable[tuple[int, int]]) -> list[list[int]]:
    """For each box, where its arrows lead."""
    after: list[list[int]] = [[] for _ in range(size)]
    for source, target in arrows:
        after[source].append(target)
    return after


def folded(graph: Graph) -> Graph:
    """The graph with each chain of layers that nothing enters or leaves as one box."""
    size = len(graph.boxes)
    after = neighbours(size, graph.arrows)
    before = neighbours(size, ((target, source) for source, target in graph.arrows))
    of_chain: dict[int, int] = {}
    boxes: list[Box] = []
    for chain in _chains(graph, after, before):
        of_chain |= dict.fromkeys(chain, len(boxes))
        boxes.append(_joined([graph.boxes[place] for place in chain]))
    pairs = ((of_chain[source], of_chain[target]) for source, target in graph.arrows)
    arrows = dict.fromkeys(pair for pair in pairs if pair[0] != pair[1])
    joined = Graph(tuple(boxes), tuple(arrows), graph.returning, len(boxes) < size)
    return _in_order(joined)


def _chains(
    graph: Graph, after: Sequence[Sequence[int]], before: Sequence[Sequence[int]]
) -> Iterator[list[int]]:
    """The boxes in runs of one after the other; short runs box by box."""
    following = {
        place: after[place][0]
        for place, box in enumerate(graph.boxes)
        if len(after[place]) == 1
        and len(before[after[place][0]]) == 1
        and not box.gives_output
        and not _stands_alone(box)
        and not _stands_alone(graph.boxes[after[place][0]])
    }
    followers = set(following.values())
    for start in range(len(graph.boxes)):
        if start in followers:
            continue
        chain = [start]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        # What joins branches and its activation are one thing to the eye.
        is_long = len(chain) >= LONG_CHAIN or (len(chain) > 1 and len(before[start]) > 1)
        yield from [chain] if is_long else ([place] for place in chain)


def _stands_alone(box: Box) -> bool:
    """Inputs and whole models within the model keep a box of their own."""
    return box.kinds[0] == "InputLayer" or any(layer and layer.inner for layer in box.layers)


def _joined(chain: Sequence[Box]) -> Box:
    if len(chain) == 1:
        return chain[0]
    return Box(
        names=tuple(name for box in chain for name in box.names),
        layers=tuple(layer for box in chain for layer in box.layers),
        kinds=tuple(kind for box in chain for kind in box.kinds),
        made=chain[-1].made,
        gives_output=chain[-1].gives_output,
    )
