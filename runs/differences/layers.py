"""How the layers of one model differ from those of another: added, removed, changed, moved.

Layers belong together by content and position: first those that are alike with all that is inside
of them, then those of one class between them. Names only decide between layers that are alike,
since Keras counts them up within a process (`dense_55`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from .align import Pairs, aligned
from .names import anonymous

Layer = Mapping[str, Any]
MISSING = object()
DEEPEST = 32
# What was chosen for a layer; all else follows from it, or from the layers around.
CHOSEN = ("class", "units", "activation", "dtype", "trainable", "settings")
NAMES = ("name", "parent")
KINDS = ("added", "removed", "changed", "moved", "resized", "same")


@dataclass(frozen=True)
class Change:
    """One fact of a layer before and after; `MISSING` where it has none."""

    name: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Step:
    """A layer on the way from one model to the other.

    Attributes:
        before: its place among the first model's layers, None for an added one.
        after: its place among the second model's, None for a removed one.
        kind: one of `KINDS`; `resized` has the same settings, but other shapes or parameters,
            which follow from the layers around it or inside of it.
        changes: what was chosen otherwise.
        effects: everything else that differs, names among it.
        is_moved: whether it stands elsewhere, too, where it was changed.
        is_inside: whether the layer that holds it was added or removed with it.
    """

    before: int | None
    after: int | None
    kind: str
    changes: tuple[Change, ...] = ()
    effects: tuple[Change, ...] = ()
    is_moved: bool = False
    is_inside: bool = False


@dataclass(frozen=True)
class Difference:
    """All layers of both models in the second one's order, removed ones where they were."""

    one: Sequence[Layer]
    other: Sequence[Layer]
    steps: tuple[Step, ...]

    @property
    def differing(self) -> list[Step]:
        return [step for step in self.steps if step.kind != "same"]

    def counts(self) -> dict[str, int]:
        """How many layers are of each kind; those inside of added or removed ones count, too."""
        found = dict.fromkeys(KINDS, 0)
        for step in self.steps:
            found[step.kind] += 1
        return found

    def parameters(self, step: Step) -> int:
        """By how many parameters a layer differs."""
        before = 0 if step.before is None else parameters_of(self.one[step.before])
        return (0 if step.after is None else parameters_of(self.other[step.after])) - before


def difference(one: Sequence[Layer], other: Sequence[Layer]) -> Difference:
    """What leads from the layers of one model to those of the other.

    For the two the other way round it is the same, turned.
    """
    roots, others = _forest(one), _forest(other)
    is_turned = [node.order for node in others] < [node.order for node in roots]
    match = _Match()
    match.siblings(*((others, roots) if is_turned else (roots, others)))
    match.moves_between_levels()
    if is_turned:
        match.turn()
    return Difference(one, other, tuple(_steps(one, other, match)))


def rewired(
    one: Mapping[str, Any], other: Mapping[str, Any], found: Difference
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The connections that were removed and added, by the second model's names.

    Args:
        one: a model as a client describes it, with `edges`, `[from, to]` pairs of names of layers
            and of `operations`, which are no layers, as `x + y`.
    """
    names = _operation_names(one.get("operations"), other.get("operations")) | {
        str(found.one[step.before].get("name")): str(found.other[step.after].get("name"))
        for step in found.steps
        if step.before is not None and step.after is not None
    }
    before = [(names.get(a, a), names.get(b, b)) for a, b in _edges(one.get("edges"))]
    after = _edges(other.get("edges"))
    kept, held = set(after), set(before)
    return [edge for edge in before if edge not in kept], [e for e in after if e not in held]


def parameters_of(layer: Layer) -> int:
    """How many parameters a layer has, 0 where that is not known."""
    count = layer.get("parameters")
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def depth_of(layers: Sequence[Layer]) -> list[int]:
    """How many layers each one lies inside of."""
    found = [0] * len(layers)
    stack = [(node, 0) for node in _forest(layers)]
    while stack:
        node, depth = stack.pop()
        found[node.place] = depth
        stack += [(child, depth + 1) for child in node.children]
    return found


def _operation_names(one: Any, other: Any) -> dict[str, str]:
    """How operations are called in the second model, those of one class in their order."""
    before, after = _operations(one), _operations(other)
    pairs = aligned([kind for kind, _ in before], [kind for kind, _ in after])
    return {before[first][1]: after[second][1] for first, second in pairs}


def _operations(rows: Any) -> list[tuple[str, str]]:
    """The class and the name of each."""
    listed = rows if isinstance(rows, list) else []
    found = [row for row in listed if isinstance(row, Mapping)]
    return [(str(row.get("class")), str(row.get("name"))) for row in found]


def _edges(edges: Any) -> list[tuple[str, str]]:
    listed = edges if isinstance(edges, list | tuple) else []
    pairs = [edge for edge in listed if isinstance(edge, list | tuple) and len(edge) == 2]
    return list(dict.fromkeys((str(first), str(second)) for first, second in pairs))


# Layers as a tree


@dataclass
class _Node:
    """A layer with those inside of it; `own` and `whole` are equal for layers that are alike."""

    place: int
    name: str
    kind: str
    own: str
    children: list[_Node] = field(default_factory=list)
    whole: str = ""

    @property
    def order(self) -> str:
        return f"{self.whole}\0{self.name}"

    def is_free(self, taken: Set[int]) -> bool:
        """Whether neither it nor anything inside of it is among these identities."""
        return taken.isdisjoint(id(node) for node in self.walk())

    def walk(self) -> Iterator[_Node]:
        yield self
        for child in self.children:
            yield from child.walk()


def _forest(layers: Sequence[Layer]) -> list[_Node]:
    """The layers that lie in no other; nested ones stand right after the one that holds them."""
    roots: list[_Node] = []
    above: list[_Node] = []
    for place, layer in enumerate(layers):
        node = _Node(place, str(layer.get("name")), str(layer.get("class")), _own(layer))
        parent = layer.get("parent")
        while above and (parent is None or above[-1].name != parent):
            above.pop()
        (above[-1].children if above else roots).append(node)
        if len(above) < DEEPEST:
            above.append(node)
    for node in roots:
        _seal(node)
    return roots


def _seal(node: _Node) -> None:
    inside = []
    for child in node.children:
        _seal(child)
        inside.append(child.whole)
    text = "\n".join([node.own, *inside])
    node.whole = blake2b(text.encode(), digest_size=12).hexdigest()


def _own(layer: Layer) -> str:
    chosen = {key: anonymous(layer[key]) for key in CHOSEN if layer.get(key) is not None}
    return orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


# Which belong together


class _Match:
    """Finds the layers of two models that belong together, level by level."""

    def __init__(self) -> None:
        self.pairs: Pairs = []
        # Places in the first model: of those that were moved, and of all that is inside of them.
        self.moved: set[int] = set()
        self.carried: set[int] = set()
        self._removed: list[_Node] = []
        self._added: list[_Node] = []

    def siblings(self, one: Sequence[_Node], other: Sequence[_Node]) -> None:
        """Match the layers that lie in the same one."""
        alike = aligned(
            [node.whole for node in one],
            [node.whole for node in other],
            ([node.name for node in one], [node.name for node in other]),
        )
        for first, second in alike:
            self._pair(one[first], other[second])
        gaps = list(_gaps(alike, one, other))
        moved = self._moves(
            [node for gap, _ in gaps for node in gap], [node for _, gap in gaps for node in gap]
        )
        for ours, theirs in gaps:
            self._same_class(
                [node for node in ours if id(node) not in moved],
                [node for node in theirs if id(node) not in moved],
            )

    def turn(self) -> None:
        """Make of what leads from one to the other what leads back."""
        after_of = dict(self.pairs)
        self.pairs = [(after, before) for before, after in self.pairs]
        self.moved = {after_of[place] for place in self.moved}
        self.carried = {after_of[place] for place in self.carried}

    def moves_between_levels(self) -> None:
        """What was removed in one place and added in another is moved."""
        removed = [node for root in self._removed for node in root.walk()]
        added = [node for root in self._added for node in root.walk()]
        self._moves(removed, added)

    def _moves(self, removed: Sequence[_Node], added: Sequence[_Node]) -> set[int]:
        """Pair those that are alike; one of the same name is preferred. Gives their identities.

        Once a part of a layer was paired with another's, what holds it is no longer free.
        """
        taken: set[int] = set()
        for key in (lambda node: (node.whole, node.name), lambda node: (node.whole, "")):
            waiting: dict[tuple[str, str], deque[_Node]] = {}
            for node in added:
                waiting.setdefault(key(node), deque()).append(node)
            for node in removed:
                queue = waiting.get(key(node), deque())
                while queue and not queue[0].is_free(taken):
                    queue.popleft()
                if queue and node.is_free(taken):
                    taken |= self._moved(node, queue.popleft())
        return taken

    def _moved(self, one: _Node, other: _Node) -> set[int]:
        self.moved.add(one.place)
        self._pair(one, other)
        self.carried |= {node.place for node in one.walk()}
        return {id(node) for root in (one, other) for node in root.walk()}

    def _pair(self, one: _Node, other: _Node) -> None:
        """Two that are alike, and so is all inside of them."""
        both = zip(one.walk(), other.walk(), strict=True)
        self.pairs += [(first.place, second.place) for first, second in both]

    def _same_class(self, one: Sequence[_Node], other: Sequence[_Node]) -> None:
        classes = aligned(
            [node.kind for node in one],
            [node.kind for node in other],
            ([node.name for node in one], [node.name for node in other]),
        )
        for first, second in classes:
            self._changed(one[first], other[second])
        for ours, theirs in _gaps(classes, one, other):
            if len(ours) == len(theirs) == 1:  # one took the place of the other
                self._changed(ours[0], theirs[0])
            else:
                self._removed += ours
                self._added += theirs

    def _changed(self, one: _Node, other: _Node) -> None:
        self.pairs.append((one.place, other.place))
        if one.children or other.children:
            self.siblings(one.children, other.children)


def _gaps(
    pairs: Pairs, one: Sequence[_Node], other: Sequence[_Node]
) -> Iterator[tuple[list[_Node], list[_Node]]]:
    """The stretches between the pairs in which not both are empty."""
    low = start = 0
    for first, second in [*pairs, (len(one), len(other))]:
        if first > low or second > start:
            yield list(one[low:first]), list(other[start:second])
        low, start = first + 1, second + 1


# What is told


def _steps(one: Sequence[Layer], other: Sequence[Layer], match: _Match) -> Iterator[Step]:
    """A removed layer is told before the next one that stayed in its place."""
    before_of = {after: before for before, after in match.pairs}
    kept = set(before_of.values())
    lost = deque(before for before in range(len(one)) if before not in kept)
    outer, inner = _parents(one), _parents(other)

    def removed(until: int) -> Iterator[Step]:
        while lost and lost[0] < until:
            holder = outer[lost[0]]
            is_inside = holder is not None and holder not in kept
            yield Step(lost.popleft(), None, "removed", is_inside=is_inside)

    for after, layer in enumerate(other):
        before = before_of.get(after)
        if before is None:
            holder = inner[after]
            is_inside = holder is not None and holder not in before_of
            yield Step(None, after, "added", is_inside=is_inside)
            continue
        if before not in match.carried:
            yield from removed(before)
        yield _paired(before, after, one[before], layer, before in match.moved)
    yield from removed(len(one))


def _parents(layers: Sequence[Layer]) -> list[int | None]:
    found: list[int | None] = [None] * len(layers)
    for root in _forest(layers):
        for node in root.walk():
            for child in node.children:
                found[child.place] = node.place
    return found


def _paired(before: int, after: int, was: Layer, now: Layer, is_moved: bool) -> Step:
    changes, effects = tuple(_changes(was, now)), tuple(_effects(was, now))
    is_resized = any(effect.name not in NAMES for effect in effects)
    kinds = {"changed": changes, "moved": is_moved, "resized": is_resized, "same": True}
    kind = next(kind for kind, holds in kinds.items() if holds)
    return Step(before, after, kind, changes, effects, is_moved)


def _changes(was: Layer, now: Layer) -> Iterator[Change]:
    """What was chosen otherwise, seeds left out."""
    for name in CHOSEN[:-1]:
        yield from _change(name, was, now)
    before, after = was.get("settings"), now.get("settings")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            one, two = before.get(name, MISSING), after.get(name, MISSING)
            if name != "seed" and _text(anonymous(one)) != _text(anonymous(two)):
                yield Change(str(name), one, two)
    elif _text(before) != _text(after):
        yield Change("settings", before, after)


def _effects(was: Layer, now: Layer) -> Iterator[Change]:
    for name in dict.fromkeys([*was, *now]):
        if name not in CHOSEN:
            yield from _change(name, was, now)


def _change(name: str, was: Layer, now: Layer) -> Iterator[Change]:
    one, two = was.get(name, MISSING), now.get(name, MISSING)
    if _text(one) != _text(two):
        yield Change(name, one, two)


def _text(value: Any) -> Any:
    """Equal for equal JSON: 1 and true are not."""
    return value if value is MISSING else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
